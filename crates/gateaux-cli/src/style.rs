//! Colors: one name for each use, so that every command looks alike.

use anstyle::{AnsiColor, Style};

/// The title of a block.
pub const TITLE: Style = AnsiColor::Cyan.on_default().bold();
/// What is not the point: where a declaration comes from.
pub const FAINT: Style = Style::new().dimmed();
/// A verdict that is good.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// A verdict that must not be overlooked.
pub const BAD: Style = AnsiColor::Red.on_default().bold();
/// A name in running text.
pub const NAME: Style = Style::new().bold();

/// The text in a style.
pub fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
