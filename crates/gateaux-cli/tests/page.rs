//! `gateaux page`: the page from the command.

mod command;

use command::gateaux;

#[cfg(not(feature = "page"))]
#[test]
fn a_command_without_the_page_says_how_to_get_one_with_it() {
    let message = gateaux(&["page", "--no-open"]).failed(1);
    assert!(
        message.contains("error[G0714]: this gateaux was built without the page"),
        "{message}"
    );
    assert!(message.contains("cargo build --release --features page"), "{message}");
}

#[test]
fn the_port_is_a_number() {
    gateaux(&["page", "--port", "none"]).failed(2);
}

#[cfg(feature = "page")]
mod built {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::{Child, Command, Stdio};

    /// A command that serves, ended with the test.
    struct Served(Child, String);

    impl Served {
        fn new() -> Served {
            let mut child = Command::new(env!("CARGO_BIN_EXE_gateaux"))
                .args(["page", "--no-open", "--port", "0"])
                .stdout(Stdio::piped())
                .spawn()
                .expect("the command starts");
            let mut line = String::new();
            let output = child.stdout.take().expect("its output is a pipe");
            BufReader::new(output)
                .read_line(&mut line)
                .expect("it says where it is");
            let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
            let address = address.unwrap_or_else(|| panic!("no address in {line}")).to_owned();
            Served(child, address)
        }

        fn get(&self, request: &str) -> (String, Vec<u8>) {
            let mut stream = TcpStream::connect(&self.1).expect("it listens");
            write!(stream, "{request} HTTP/1.1\r\nHost: localhost\r\n\r\n").expect("it reads");
            let mut reply = Vec::new();
            stream.read_to_end(&mut reply).expect("it answers");
            let end = reply
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
                .expect("it has headers");
            let body = reply.split_off(end + 4);
            (String::from_utf8(reply).expect("headers are text"), body)
        }
    }

    impl Drop for Served {
        fn drop(&mut self) {
            self.0.kill().expect("it can be ended");
            self.0.wait().expect("it ends");
        }
    }

    #[test]
    fn the_command_serves_the_page_and_its_engine() {
        let served = Served::new();
        let (headers, body) = served.get("GET /");
        assert!(headers.starts_with("HTTP/1.1 200 OK"), "{headers}");
        assert!(headers.contains("Content-Type: text/html"), "{headers}");
        assert!(!body.is_empty());
        let (headers, body) = served.get("GET /gateaux.wasm?v=1");
        assert!(headers.contains("Content-Type: application/wasm"), "{headers}");
        assert!(headers.contains("Content-Encoding: gzip"), "{headers}");
        assert_eq!(body[..2], [0x1f, 0x8b]);
    }

    #[test]
    fn nothing_but_the_page_is_served() {
        let served = Served::new();
        for request in [
            "GET /../Cargo.toml",
            "GET /%2e%2e/Cargo.toml",
            "GET /nothing",
            "nonsense",
        ] {
            let (headers, _) = served.get(request);
            assert!(headers.starts_with("HTTP/1.1 40"), "{request}: {headers}");
        }
        assert!(served.get("POST /").0.starts_with("HTTP/1.1 405"));
        assert!(served.get("HEAD /").1.is_empty());
    }
}
