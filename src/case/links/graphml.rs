//! The networks as GraphML.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Links;
use crate::case::ad::joined;

/// Returns the networks as a GraphML document: accounts are nodes, what they share is edges.
#[must_use]
pub fn graphml(links: &Links) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n",
    );
    for (id, owner, name, kind) in [
        ("account", "node", "account", "string"),
        ("network", "node", "network", "string"),
        ("key", "node", "key account", "boolean"),
        ("kind", "edge", "kind", "string"),
        ("value", "edge", "value", "string"),
        ("strength", "edge", "strength", "double"),
        ("ads", "edge", "ads", "string"),
        ("items", "edge", "items of evidence", "string"),
    ] {
        let _ = writeln!(
            text,
            "  <key id=\"{id}\" for=\"{owner}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>"
        );
    }
    text += "  <graph edgedefault=\"undirected\">\n";
    let mut nodes: BTreeMap<&str, usize> = BTreeMap::new();
    for cluster in &links.clusters {
        for account in &cluster.accounts {
            let node = nodes.len();
            nodes.insert(account, node);
            let _ = writeln!(
                text,
                "    <node id=\"n{node}\">{}{}{}</node>",
                data("account", account),
                data("network", &cluster.id),
                data("key", if *account == cluster.key_account { "true" } else { "false" }),
            );
        }
        for edge in &cluster.edges {
            let _ = writeln!(
                text,
                "    <edge source=\"n{}\" target=\"n{}\">{}{}{}{}{}</edge>",
                nodes[edge.a.as_str()],
                nodes[edge.b.as_str()],
                data("kind", edge.kind.word()),
                data("value", &edge.value),
                data("strength", &edge.strength.to_string()),
                data("ads", &joined(&edge.ads)),
                data("items", &edge.items().join(" ")),
            );
        }
    }
    text + "  </graph>\n</graphml>\n"
}

/// A data element; characters that XML 1.0 has no place for become U+FFFD.
fn data(key: &str, value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        match c {
            '&' => text += "&amp;",
            '<' => text += "&lt;",
            '>' => text += "&gt;",
            '\t' | '\n' => text.push(' '),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => text.push('\u{FFFD}'),
            c => text.push(c),
        }
    }
    format!("<data key=\"{key}\">{text}</data>")
}

#[cfg(test)]
mod tests {
    use super::data;

    #[test]
    fn no_value_breaks_the_document() {
        let element = data("value", "a<b>&\u{1b}\u{0}]]>");
        assert_eq!(element, "<data key=\"value\">a&lt;b&gt;&amp;\u{FFFD}\u{FFFD}]]&gt;</data>");
    }
}
