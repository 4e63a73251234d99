//! The edges as rows: what a table or a CSV shows.

use serde::Serialize;

use super::{Edge, Links};
use crate::case::ad::joined;
use crate::output::Record;

/// An edge with the network it belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct EdgeRow {
    /// The network.
    pub cluster: String,
    /// The edge.
    #[serde(flatten)]
    pub edge: Edge,
}

impl Links {
    /// All edges, network by network.
    #[must_use]
    pub fn rows(&self) -> Vec<EdgeRow> {
        let rows = self.clusters.iter().flat_map(|cluster| {
            let row = |edge: &Edge| EdgeRow { cluster: cluster.id.clone(), edge: edge.clone() };
            cluster.edges.iter().map(row)
        });
        rows.collect()
    }
}

impl Record for EdgeRow {
    const COLUMNS: &'static [&'static str] =
        &["cluster", "a", "b", "kind", "value", "strength", "ads", "items"];

    fn cells(&self) -> Vec<String> {
        let edge = &self.edge;
        vec![
            self.cluster.clone(),
            edge.a.clone(),
            edge.b.clone(),
            edge.kind.word().to_owned(),
            edge.value.clone(),
            format!("{:.2}", edge.strength),
            joined(&edge.ads),
            edge.items().join(" "),
        ]
    }
}
