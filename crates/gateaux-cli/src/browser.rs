//! `gateaux page`: the page, served to the browser of this machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::args::PageArguments;
use crate::codes;
use crate::failure::Failure;

/// The files of the page, compressed by gzip where their names end in `.gz`; none without the feature `page`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

/// Where the page is looked for first; what it keeps in the browser belongs to this place.
const PORT: u16 = 8700;
/// The longest request that is read.
const MAX_REQUEST: u64 = 16 * 1024;
/// How long a browser may take for a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves the page until the command is interrupted.
///
/// # Errors
/// A command that was built without the page; a port that cannot be used.
pub fn run(arguments: &PageArguments, out: &mut dyn Write) -> Result<(), Failure> {
    if FILES.is_empty() {
        return Err(Failure::input_with_help(
            codes::PAGE,
            "this gateaux was built without the page",
            "in the sources: cargo xtask web --build, then cargo build --release --features page",
        ));
    }
    let listener = listen(arguments.port)?;
    let url = format!("http://localhost:{}/", listener.local_addr()?.port());
    writeln!(out, "the page is at {url} until you press Ctrl-C")?;
    out.flush()?;
    if !arguments.no_open && !open(&url) {
        writeln!(out, "no browser was found; open the address yourself")?;
        out.flush()?;
    }
    for stream in listener.incoming().flatten() {
        // A browser that goes away in the middle of an answer is no reason to stop.
        std::thread::spawn(move || answer(&stream).ok());
    }
    Ok(())
}

/// The port that was asked for, else the usual one, else any.
fn listen(port: Option<u16>) -> Result<TcpListener, Failure> {
    let bind = |port: u16| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    match port {
        Some(port) => bind(port)
            .map_err(|error| Failure::input(codes::PAGE, format!("cannot serve the page at port {port}: {error}"))),
        None => Ok(bind(PORT).or_else(|_| bind(0))?),
    }
}

/// Opens an address in the browser of the user.
fn open(url: &str) -> bool {
    let programs: &[&[&str]] = if cfg!(target_os = "macos") {
        &[&["open"]]
    } else if cfg!(windows) {
        &[&["cmd", "/C", "start", ""]]
    } else {
        &[&["xdg-open"], &["wslview"]]
    };
    programs.iter().any(|program| {
        let mut command = Command::new(program[0]);
        command.args(&program[1..]).arg(url);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().is_ok()
    })
}

/// Answers one request of a browser.
fn answer(stream: &TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(MAX_REQUEST));
    let mut request = String::new();
    lines.read_line(&mut request)?;
    let mut header = String::new();
    while lines.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, headers, body) = reply(method, target);
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if method != "HEAD" {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// The status, the headers and the body for a request.
fn reply(method: &str, target: &str) -> (&'static str, String, &'static [u8]) {
    let plain = "Content-Type: text/plain\r\n".to_owned();
    if !matches!(method, "GET" | "HEAD") {
        return ("405 Method Not Allowed", plain, b"only GET");
    }
    let path = target
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let compressed = format!("{path}.gz");
    match FILES.iter().find(|(name, _)| *name == path || *name == compressed) {
        Some((name, body)) => {
            let encoding = match name.len() > path.len() {
                true => "Content-Encoding: gzip\r\n",
                false => "",
            };
            let headers = format!(
                "Content-Type: {}\r\n{encoding}Cache-Control: no-cache\r\n",
                content_type(path)
            );
            ("200 OK", headers, body)
        }
        None => ("404 Not Found", plain, b"there is no such file"),
    }
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
