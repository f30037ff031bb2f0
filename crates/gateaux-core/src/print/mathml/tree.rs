//! Elements, and how they are written.

use std::borrow::Cow;

/// The position of an element in its [`Tree`]; children stand before their parents.
pub(super) type NodeId = usize;

/// An element with the attributes that are written in its tag.
struct Node {
    tag: &'static str,
    attributes: &'static str,
    content: Content,
}

enum Content {
    Text(Cow<'static, str>),
    Children(Vec<NodeId>),
}

/// The elements of a formula.
#[derive(Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// An element that holds text; the attributes begin with a space.
    pub(super) fn leaf(
        &mut self,
        tag: &'static str,
        attributes: &'static str,
        text: impl Into<Cow<'static, str>>,
    ) -> NodeId {
        self.push(tag, attributes, Content::Text(text.into()))
    }

    /// An element that holds elements.
    pub(super) fn element(&mut self, tag: &'static str, attributes: &'static str, children: Vec<NodeId>) -> NodeId {
        self.push(tag, attributes, Content::Children(children))
    }

    /// Elements side by side as one.
    pub(super) fn row(&mut self, children: Vec<NodeId>) -> NodeId {
        match children.as_slice() {
            [only] => *only,
            _ => self.element("mrow", "", children),
        }
    }

    /// Whether the element holds text.
    pub(super) fn is_leaf(&self, id: NodeId) -> bool {
        matches!(self.nodes[id].content, Content::Text(_))
    }

    fn push(&mut self, tag: &'static str, attributes: &'static str, content: Content) -> NodeId {
        self.nodes.push(Node {
            tag,
            attributes,
            content,
        });
        self.nodes.len() - 1
    }

    /// The element as XML.
    pub(super) fn write(&self, root: NodeId) -> String {
        enum Part {
            Whole(NodeId),
            End(&'static str),
        }
        let mut out = String::new();
        let mut stack = vec![Part::Whole(root)];
        while let Some(part) = stack.pop() {
            let id = match part {
                Part::Whole(id) => id,
                Part::End(tag) => {
                    out.extend(["</", tag, ">"]);
                    continue;
                }
            };
            let node = &self.nodes[id];
            match &node.content {
                Content::Children(children) if children.is_empty() => {
                    out.extend(["<", node.tag, node.attributes, "/>"]);
                }
                Content::Children(children) => {
                    out.extend(["<", node.tag, node.attributes, ">"]);
                    stack.push(Part::End(node.tag));
                    stack.extend(children.iter().rev().map(|child| Part::Whole(*child)));
                }
                Content::Text(text) => {
                    out.extend(["<", node.tag, node.attributes, ">"]);
                    escape(text, &mut out);
                    out.extend(["</", node.tag, ">"]);
                }
            }
        }
        out
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(character),
        }
    }
}
