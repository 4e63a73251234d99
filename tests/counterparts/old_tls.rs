//! Real servers whose TLS is older than what is safe: the error names the cause and the way out.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::counterpart::{counterpart, said};
use crate::sandbox::Sandbox;

/// `openssl s_server` on a port of its own, gone when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(sandbox: &Sandbox, how: &[&str]) -> Self {
        let mut child = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-key", "k.pem", "-cert", "c.pem"])
            .args(how)
            .current_dir(sandbox.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let accepts = lines.find_map(|line| Some(line.ok()?.strip_prefix("ACCEPT ")?.to_owned()));
        let address = accepts.expect("the server says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn openssl_with_tls_that_is_no_longer_safe_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path(".");
    if counterpart("openssl", &["version"], &folder).is_none() {
        return;
    }
    let made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "k.pem",
        "-out",
        "c.pem",
        "-subj",
        "/CN=localhost",
    ];
    let made = counterpart("openssl", &made, &folder).unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let made = sandbox.run(&["case", "new", "case", "--title", "Old shops"]);
    assert!(made.starts_with("exit 0\n"), "{made}");
    for (how, why) in [
        (["-tls1", "-cipher", "ALL:@SECLEVEL=0"], "no version of TLS that is still safe"),
        (["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], "no version of TLS that is still safe"),
        (["-tls1_2", "-cipher", "AES128-SHA"], "no way to encrypt that is still safe"),
    ] {
        let server = Server::start(&sandbox, &how);
        let url = format!("https://{}/", server.address);
        for trust in [&[][..], &["--any-certificate"]] {
            let args =
                [&["evidence", "capture", "--case", "case", "--allow-private"], trust, &[&url]];
            let output = sandbox.run(&args.concat());
            assert!(output.starts_with("exit 2\n") && output.contains(why), "{output}");
            assert!(output.contains("hint: save the page with a program"), "{output}");
        }
        // The way out that the hint names.
        let old = ["-sk", "--noproxy", "*", "--tlsv1.0", "--ciphers", "DEFAULT@SECLEVEL=0", &url];
        if let Some(page) = counterpart("curl", &old, &folder) {
            assert!(said(&page).contains("Ciphers supported"), "{}", said(&page));
        }
    }
    let verified = sandbox.run(&["evidence", "verify", "case"]);
    assert!(verified.starts_with("exit 0\n"), "{verified}");
}
