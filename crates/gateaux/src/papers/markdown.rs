//! Blocks between fences.

use gateaux_syntax::Span;

use super::{Item, claim, formula_at, lines, trimmed};

/// A fence: its character and length.
struct Fence {
    sign: char,
    len: usize,
}

/// The items of all blocks that are marked `gateaux`; one that is marked `gateaux continue` goes on with the problem
/// of the one before.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    // The block that is open, and whether it is one of ours.
    let mut open: Option<(Fence, bool)> = None;
    let mut block = Vec::new();
    for line in lines(text) {
        let shown = text[line.start..line.end].trim();
        match &open {
            None => {
                if let Some((fence, info)) = fence(shown) {
                    let words: Vec<&str> = info.split_whitespace().collect();
                    let is_ours = matches!(words.first(), Some(&("gateaux" | "{gateaux}" | "{.gateaux}")));
                    if is_ours && words.get(1) != Some(&"continue") {
                        items.push(Item::Begin);
                    }
                    open = Some((fence, is_ours));
                }
            }
            Some((fence, is_ours)) => {
                let is_closing = shown.chars().all(|c| c == fence.sign) && shown.len() >= fence.len;
                if is_closing {
                    block_items(text, &std::mem::take(&mut block), &mut items);
                    open = None;
                } else if *is_ours {
                    block.push(line);
                }
            }
        }
    }
    block_items(text, &block, &mut items);
    items
}

/// An opening fence and what stands behind it.
fn fence(line: &str) -> Option<(Fence, &str)> {
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = line.trim_start_matches(sign);
    let len = line.len() - info.len();
    (len >= 3 && !(sign == '`' && info.contains('`'))).then_some((Fence { sign, len }, info))
}

/// The items of the lines of a block: claims, each of which goes on in lines that are indented, and statements.
fn block_items(text: &str, block: &[Span], items: &mut Vec<Item>) {
    let mut at = 0;
    while at < block.len() {
        let line = block[at];
        let shown = text[line.start..line.end].trim_start();
        at += 1;
        let Some(rest) = shown.strip_prefix("claim ") else {
            statement(text, line, items);
            continue;
        };
        let mut end = line.end;
        while let Some(next) = block.get(at)
            && text[next.start..next.end].starts_with([' ', '\t'])
            && !text[next.start..next.end].trim().is_empty()
        {
            end = next.end;
            at += 1;
        }
        let start = line.end - rest.len();
        let end = start + without_comment(&text[start..end]).len();
        items.push(claim(text, trimmed(text, Span::new(start, end))));
    }
}

/// A line that is no claim; a formula between `$` is the function in LaTeX.
fn statement(text: &str, line: Span, items: &mut Vec<Item>) {
    let formula = formula_at(text, line);
    match formula.is_latex {
        true => items.push(Item::Function(formula.place)),
        false => items.push(Item::Statements(line)),
    }
}

/// The text before a comment of the language.
fn without_comment(text: &str) -> &str {
    let mut in_string = false;
    let end = text.find(|c: char| {
        in_string ^= c == '"';
        c == '#' && !in_string
    });
    text[..end.unwrap_or(text.len())].trim_end()
}
