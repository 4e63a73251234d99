//! What a caller has to say about an entry; the rest is the log's own business.

use serde::Serialize;
use serde_json::{Map, Value};

/// What was done, to which item, and what belongs to it.
#[derive(Clone, Debug)]
pub struct Action {
    pub(in crate::evidence) name: String,
    pub(in crate::evidence) item: Option<String>,
    pub(in crate::evidence) details: Map<String, Value>,
}

impl Action {
    /// An action by its `name`, a verb: `import`, `note`, `export` …
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), item: None, details: Map::new() }
    }

    /// Names the item it was done to.
    #[must_use]
    pub fn on(mut self, item: &str) -> Self {
        self.item = Some(item.to_owned());
        self
    }

    /// Adds a detail.
    ///
    /// # Panics
    ///
    /// When `value` cannot be written as JSON, as a map whose keys are no strings.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).expect("a detail can be written as JSON");
        self.details.insert(name.to_owned(), value);
        self
    }
}
