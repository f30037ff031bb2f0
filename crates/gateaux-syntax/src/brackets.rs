//! Makes the brackets of a token stream balanced and drops the line ends inside them.
//!
//! Every mistake with brackets is told here, and mended: a forgotten closing bracket is put in with an empty span, one
//! too many is dropped, one of the wrong kind is exchanged. So the parser never meets an unbalanced bracket.

use crate::limits::MAX_DIAGNOSTICS;
use crate::token::{Token, TokenKind};
use crate::{Diagnostic, Span, codes};

/// The same tokens with balanced brackets, and without line ends between them.
pub(crate) fn balance(mut tokens: Vec<Token>) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let roles = roles(&mut tokens, &mut diagnostics);
    let mut balancer = Balancer {
        tokens: Vec::with_capacity(tokens.len()),
        open: Vec::new(),
        diagnostics,
    };
    for (token, role) in tokens.into_iter().zip(roles) {
        balancer.token(token, role);
    }
    (balancer.tokens, balancer.diagnostics)
}

/// What a token is to the bracket structure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Not a bracket.
    Other,
    /// An opening bracket, not closed (so far).
    Unclosed,
    /// An opening bracket that is closed.
    Opens,
    /// A closing bracket that closes one.
    Closes,
    /// A closing bracket that closes nothing.
    Stray,
}

/// Matches the brackets over the whole text. Where a bracket of the other kind is wanted, exchanges it.
fn roles(tokens: &mut [Token], diagnostics: &mut Vec<Diagnostic>) -> Vec<Role> {
    let mut roles = vec![Role::Other; tokens.len()];
    let count = |kind: TokenKind| tokens.iter().filter(|token| token.kind == kind).count();
    let parens_missing = count(TokenKind::OpenParen) > count(TokenKind::CloseParen);
    let brackets_missing = count(TokenKind::OpenBracket) > count(TokenKind::CloseBracket);
    let mut stack: Vec<usize> = Vec::new();
    let mut open_parens = 0;
    for at in 0..tokens.len() {
        let Token { kind, span } = tokens[at];
        match kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => {
                stack.push(at);
                open_parens += usize::from(kind == TokenKind::OpenParen);
                roles[at] = Role::Unclosed;
            }
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                let is_paren = kind == TokenKind::CloseParen;
                let wanted = if is_paren {
                    TokenKind::OpenParen
                } else {
                    TokenKind::OpenBracket
                };
                let n_wanted = if is_paren {
                    open_parens
                } else {
                    stack.len() - open_parens
                };
                let other_missing = if is_paren { brackets_missing } else { parens_missing };
                roles[at] = if n_wanted > 0 {
                    while let Some(opener) = stack.pop() {
                        open_parens -= usize::from(tokens[opener].kind == TokenKind::OpenParen);
                        if tokens[opener].kind == wanted {
                            roles[opener] = Role::Opens;
                            break;
                        }
                    }
                    Role::Closes
                } else if let Some(opener) = stack.pop_if(|_| other_missing) {
                    open_parens -= usize::from(tokens[opener].kind == TokenKind::OpenParen);
                    roles[opener] = Role::Opens;
                    tokens[at].kind = if is_paren {
                        TokenKind::CloseBracket
                    } else {
                        TokenKind::CloseParen
                    };
                    if diagnostics.len() < MAX_DIAGNOSTICS {
                        diagnostics.push(mismatch(is_paren, span));
                    }
                    Role::Closes
                } else {
                    Role::Stray
                };
            }
            _ => {}
        }
    }
    roles
}

fn mismatch(is_paren: bool, span: Span) -> Diagnostic {
    let (found, wanted, opener) = if is_paren { (')', ']', '[') } else { (']', ')', '(') };
    let message = format!("`{opener}` is closed by `{found}` instead of `{wanted}`");
    Diagnostic::new(codes::MISMATCH, span, message).fix(format!("write `{wanted}`"), span, wanted)
}

struct Balancer {
    tokens: Vec<Token>,
    /// The opening brackets whose closing ones have not come, and whether they will.
    open: Vec<(Token, Role)>,
    diagnostics: Vec<Diagnostic>,
}

impl Balancer {
    fn token(&mut self, token: Token, role: Role) {
        match role {
            Role::Unclosed | Role::Opens => {
                self.open.push((token, role));
                self.tokens.push(token);
            }
            Role::Closes => {
                self.close_unclosed(|_| true);
                self.open.pop();
                self.tokens.push(token);
            }
            Role::Stray => self.stray(token),
            Role::Other => match token.kind {
                TokenKind::Newline => {
                    self.close_unclosed(|_| true);
                    if self.open.is_empty() {
                        self.tokens.push(token);
                    }
                }
                TokenKind::Semicolon => {
                    self.close_unclosed(|kind| kind == TokenKind::OpenParen);
                    self.tokens.push(token);
                }
                TokenKind::End => {
                    self.close_unclosed(|_| true);
                    self.tokens.push(token);
                }
                _ => self.tokens.push(token),
            },
        }
    }

    /// Puts in the closing brackets of the innermost forgotten ones, as long as `ends` says that they end here.
    fn close_unclosed(&mut self, ends: impl Fn(TokenKind) -> bool) {
        let at = self.tokens.last().map_or(0, |token| token.span.end);
        let mut missing = String::new();
        let mut outermost = None;
        while let Some((opener, Role::Unclosed)) = self.open.last().copied() {
            if !ends(opener.kind) {
                break;
            }
            self.open.pop();
            let (kind, closing) = match opener.kind {
                TokenKind::OpenParen => (TokenKind::CloseParen, ')'),
                _ => (TokenKind::CloseBracket, ']'),
            };
            self.tokens.push(Token {
                kind,
                span: Span::new(at, at),
            });
            missing.push(closing);
            outermost = Some((opener, closing));
        }
        let Some((opener, closing)) = outermost else { return };
        let sign = if opener.kind == TokenKind::OpenParen { '(' } else { '[' };
        let message = format!("`{sign}` is never closed: a `{closing}` is missing");
        let text = match missing.len() {
            1 => format!("write the missing `{missing}`"),
            n => format!("write the {n} missing closing brackets"),
        };
        self.report(Diagnostic::new(codes::UNCLOSED, opener.span, message).fix(text, Span::new(at, at), missing));
    }

    /// Drops a closing bracket; several of them in a row are one mistake.
    fn stray(&mut self, token: Token) {
        let (sign, opening) = if token.kind == TokenKind::CloseParen {
            (')', '(')
        } else {
            (']', '[')
        };
        if let Some(last) = self.diagnostics.last_mut()
            && last.code == codes::STRAY
            && let Some(edit) = last.help.as_mut().and_then(|help| help.edit.as_mut())
            && edit.span.end == token.span.start
        {
            edit.span.end = token.span.end;
            return;
        }
        let message = format!("`{sign}` closes nothing: there is no `{opening}` before it");
        self.report(Diagnostic::new(codes::STRAY, token.span, message).fix("remove it", token.span, ""));
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }
}
