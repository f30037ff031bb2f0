//! Diagnostics as pictures: the text, carets under the guilty piece, one piece of advice.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};
use gateaux::{Diagnostic, Errors, Span};

use crate::codes;
use crate::failure::Failure;
use crate::source::Source;
use crate::style;

/// A line with more characters than this is shown in part.
const MAX_LINE: usize = 200;
/// So many characters are shown on both sides of the guilty piece of a long line.
const CONTEXT: usize = 60;

/// Shows why a command gives no answer; a closed pipe is no failure.
///
/// # Errors
/// Those of writing.
pub fn show(failure: &Failure, out: &mut dyn Write) -> io::Result<()> {
    match failure {
        Failure::Text(source, errors) => show_errors(source, errors, out),
        Failure::Input { code, message, help } => message_with_help(Some(code), message, help.as_deref(), out),
        Failure::Usage { message, help } => message_with_help(None, message, help.as_deref(), out),
        Failure::Lines(count) => {
            let lines = if *count == 1 {
                "line has a mistake"
            } else {
                "lines have mistakes"
            };
            message_with_help(None, &format!("{count} {lines}"), None, out)
        }
        Failure::Negative => Ok(()),
        Failure::Output(_) if failure.is_closed_pipe() => Ok(()),
        Failure::Output(error) => message_with_help(None, &format!("cannot write the output: {error}"), None, out),
    }
}

/// Draws all mistakes of a text.
///
/// # Errors
/// Those of writing.
pub fn show_errors(source: &Source, errors: &Errors, out: &mut dyn Write) -> io::Result<()> {
    for (at, diagnostic) in errors.diagnostics().iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", draw(source, diagnostic))?;
    }
    Ok(())
}

/// A warning that must be seen although the answer goes elsewhere.
///
/// # Errors
/// Those of writing.
pub fn warn(message: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}: {message}", style::paint(style::BAD, "warning"))
}

fn message_with_help(code: Option<&str>, message: &str, help: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let title = Level::ERROR.primary_title(message);
    let title = match code {
        Some(code) => title.id(code),
        None => title,
    };
    let group = Group::with_title(title).elements(help.map(|help| Level::HELP.message(help)));
    writeln!(out, "{}", Renderer::styled().render(&[group]))
}

/// The part of a text that is shown around a span, on one line of it or on several.
struct Excerpt<'a> {
    text: String,
    first_line: usize,
    span: std::ops::Range<usize>,
    path: Option<&'a str>,
    /// Whether all of the text is there, so that spans of the text are spans of the excerpt.
    whole: bool,
}

fn draw(source: &Source, diagnostic: &Diagnostic) -> String {
    let title = Level::ERROR
        .primary_title(diagnostic.message.as_str())
        .id(diagnostic.code);
    let help = diagnostic.help.as_ref();
    let renderer = Renderer::styled().term_width(MAX_LINE + 20);
    if diagnostic.span == Span::default() {
        let group = Group::with_title(title).elements(help.map(|help| Level::HELP.message(help.text.as_str())));
        return renderer.render(&[group]);
    }
    let excerpt = excerpt(source, diagnostic.span);
    let label = codes::find(diagnostic.code).map(|code| code.title);
    let snippet = Snippet::source(excerpt.text.as_str())
        .line_start(excerpt.first_line)
        .path(excerpt.path)
        .annotation(AnnotationKind::Primary.span(excerpt.span.clone()).label(label));
    let mut groups = vec![title.element(snippet)];
    if let Some(help) = help {
        match help.edit.as_ref().filter(|_| excerpt.whole) {
            Some(edit) => {
                let patch = Patch::new(edit.span.start..edit.span.end, edit.replacement.as_str());
                let snippet = Snippet::source(source.text.as_str()).path(excerpt.path).patch(patch);
                groups.push(Level::HELP.secondary_title(help.text.as_str()).element(snippet));
            }
            None => {
                let first = groups.remove(0);
                groups.push(first.element(Level::HELP.message(help.text.as_str())));
            }
        }
    }
    renderer.render(&groups)
}

/// The whole text, or, where the guilty line is long, the neighborhood of the guilty piece with dots at its ends.
fn excerpt(source: &Source, span: Span) -> Excerpt<'_> {
    let text = source.text.as_str();
    let path = source.path.as_deref();
    let start = boundary(text, span.start);
    let end = boundary(text, span.end).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = &text[line_start..line_end];
    if line.chars().count() <= MAX_LINE {
        return Excerpt {
            text: text.to_owned(),
            first_line: 1,
            span: start..end,
            path,
            whole: true,
        };
    }
    let end = end.min(line_end);
    let shown_end = text[start..end]
        .char_indices()
        .nth(2 * CONTEXT)
        .map_or(end, |(at, _)| start + at);
    let from = text[line_start..start]
        .char_indices()
        .rev()
        .nth(CONTEXT)
        .map_or(line_start, |(at, _)| line_start + at);
    let to = text[shown_end..line_end]
        .char_indices()
        .nth(CONTEXT)
        .map_or(line_end, |(at, _)| shown_end + at);
    let head = if from > line_start { "... " } else { "" };
    let tail = if to < line_end { " ..." } else { "" };
    let shift = head.len();
    Excerpt {
        text: format!("{head}{}{tail}", &text[from..to]),
        first_line: 1 + text[..line_start].matches('\n').count(),
        span: start - from + shift..shown_end - from + shift,
        path,
        whole: false,
    }
}

/// The last place up to `at` where a character starts.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}
