//! What we write, checked by programs that are not ours: sha256sum, b3sum, bagit.py, warcio, openssl,
//! py-wacz, cdxj-indexer, pywb, WebCrypto.
//!
//! A program that is missing makes its check step aside, loudly; with
//! `PUGMARK_COUNTERPARTS=required` it makes it fail.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::print_stderr, reason = "a check that steps aside must say so")]

#[path = "cli/chromium.rs"]
mod chromium;
#[path = "cli/counterpart.rs"]
mod counterpart;
#[path = "counterparts/old_tls.rs"]
mod old_tls;
#[path = "counterparts/readme.rs"]
mod readme;
#[path = "counterparts/replay.rs"]
mod replay;
#[path = "cli/sandbox.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod sandbox;
#[path = "cli/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod server;

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use counterpart::{counterpart, said};
use sandbox::Sandbox;

/// A case with a captured page, a page that broke off, a redirect and two added items.
fn case() -> Sandbox {
    let sandbox = Sandbox::new();
    let market = server::market();
    let broken = server::serve(vec![(
        "/",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\nhalf".to_vec(),
    )]);
    let made = sandbox.run(&["case", "new", "case", "--title", "Schädel"]);
    assert!(made.starts_with("exit 0"), "{made}");
    for (url, exit) in [
        (format!("http://{market}/ad/1"), "exit 0"),
        (format!("http://{market}/moved"), "exit 0"),
        (format!("http://{market}/sold"), "exit 0"),
        (format!("http://{broken}/"), "exit 3"),
    ] {
        let args = ["evidence", "capture", "--case", "case", "--allow-private", &url];
        let output = sandbox.run(&args);
        assert!(output.starts_with(exit), "{output}");
    }
    capture_sharing(&sandbox);
    fs_err::create_dir(sandbox.path("phone")).unwrap();
    sandbox.write("phone/Foto Schädel 100%.jpg", "pixels");
    sandbox.write("phone/象牙.txt", "chat");
    sandbox.write("empty", "");
    let output = sandbox.run(&["evidence", "add", "--case", "case", "phone", "empty"]);
    assert!(output.starts_with("exit 0"), "{output}");
    sandbox
}

/// Two pages, `/a` and `/b`, with one script.
fn sharing() -> std::net::SocketAddr {
    let page = |name: &str| {
        server::ok("text/html", format!("<title>{name}</title><script src=/shared.js></script>"))
    };
    let script = server::ok("text/javascript", "// shared\n".repeat(500));
    server::serve(vec![("/a", page("a")), ("/b", page("b")), ("/shared.js", script)])
}

/// Two pages that share a script, in one run: when the first has its place, the second refers to it.
fn capture_sharing(sandbox: &Sandbox) {
    use std::io::{BufRead, BufReader, Write};
    let shared = sharing();
    let args = ["evidence", "capture", "--case", "case", "--allow-private", "-"];
    let mut command = sandbox.command(&args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    for path in ["a", "b"] {
        writeln!(input, "http://{shared}/{path}").unwrap();
        assert!(output.next().unwrap().unwrap().contains("\"failures\":0"));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

fn items(sandbox: &Sandbox) -> Vec<PathBuf> {
    let entries = fs_err::read_dir(sandbox.path("case/items")).unwrap();
    let mut items: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    items.sort();
    assert_eq!(items.len(), 8);
    items
}

#[test]
fn sha256sum_finds_every_manifest_right() {
    for item in items(&case()) {
        let args = ["--check", "--strict", "manifest-sha256.txt", "tagmanifest-sha256.txt"];
        let Some(output) = counterpart("sha256sum", &args, &item) else { return };
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn b3sum_finds_every_manifest_right() {
    for item in items(&case()) {
        let Some(output) = counterpart("b3sum", &["--check", "manifest-blake3.txt"], &item) else {
            return;
        };
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn bagit_py_accepts_every_item_and_refuses_a_changed_one() {
    let sandbox = case();
    for item in items(&sandbox) {
        let Some(output) = counterpart("bagit.py", &["--validate", "."], &item) else { return };
        assert!(output.status.success(), "{}", said(&output));
    }
    let item = items(&sandbox).remove(0);
    fs_err::write(item.join("data/acquisition.json"), "{}").unwrap();
    let output = counterpart("bagit.py", &["--validate", "."], &item).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}

#[test]
fn warcio_finds_every_digest_right_and_reads_every_record() {
    let sandbox = case();
    let mut records = 0;
    for item in items(&sandbox) {
        let archive = item.join("data/capture.warc.gz");
        if !archive.exists() {
            continue;
        }
        let path = archive.to_str().unwrap();
        let Some(output) = counterpart("warcio", &["check", "-v", path], &item) else { return };
        let text = said(&output);
        assert!(output.status.success(), "{text}");
        // warcio looks for no body behind a revisit.
        let passed = text.matches("digest pass").count()
            + text.matches("digest present but not checked (revisit)").count();
        assert_eq!(passed, text.matches("WARC-Record-ID").count(), "{text}");
        let output = counterpart("warcio", &["index", path], &item).unwrap();
        let index = String::from_utf8(output.stdout).unwrap();
        assert_eq!(index.lines().count(), passed, "{index}");
        records += passed;
    }
    assert!(records > 40, "{records}");
}

/// Validates files against a schema of ours. Lines: schema, then file, by `=`.
const VALIDATE: &str = "
import json, sys, jsonschema
for pair in sys.argv[1:]:
    schema, _, file = pair.partition('=')
    schema = json.load(open(schema))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    text = open(file).read()
    records = [json.loads(l) for l in text.splitlines()] if file.endswith('.jsonl') else [json.loads(text)]
    assert records, file
    for record in records:
        validator.validate(record)
";

#[test]
fn records_are_as_their_schemas_say() {
    let sandbox = case();
    let importable = counterpart("python3", &["-c", "import jsonschema"], sandbox.root());
    if !importable.is_some_and(|output| output.status.success()) {
        let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
        assert!(!required, "the Python package jsonschema is required");
        eprintln!("STEPPED ASIDE: the Python package jsonschema is missing");
        return;
    }
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let pair = |schema: &str, file: &Path| {
        format!("{}={}", schemas.join(format!("{schema}.schema.json")).display(), file.display())
    };
    let case = sandbox.path("case");
    let mut pairs =
        vec![pair("case", &case.join("case.json")), pair("custody", &case.join("custody.jsonl"))];
    for item in items(&sandbox) {
        pairs.push(pair("acquisition", &item.join("data/acquisition.json")));
    }
    let mut args = vec!["-c", VALIDATE];
    args.extend(pairs.iter().map(String::as_str));
    let output = counterpart("python3", &args, sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
    fs_err::write(case.join("case.json"), "{}").unwrap();
    let output = counterpart("python3", &args, sandbox.root()).unwrap();
    assert!(!output.status.success(), "{}", said(&output));
}

#[test]
fn species_records_are_as_their_schema_says() {
    let sandbox = Sandbox::new();
    let importable = counterpart("python3", &["-c", "import jsonschema"], sandbox.root());
    if !importable.is_some_and(|output| output.status.success()) {
        let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
        assert!(!required, "the Python package jsonschema is required");
        eprintln!("STEPPED ASIDE: the Python package jsonschema is missing");
        return;
    }
    let names = "Loxodonta africana\nivory\nFelis catus\nMammuthus primigenius\nAcipenser\nno such\n\
                 Varanus xyz\nPanthera tigirs\nUncia uncia\nDalbergia latifolia\nTestudo hermanni\ndrill\n";
    let args = ["species", "-", "--format", "jsonl", "--specimen", "logs", "--in", "DE"];
    let output = sandbox.pipe(&args, names);
    let records = sandbox.write("species.jsonl", output.stdout);
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/species.schema.json");
    let pair = format!("{}={}", schema.display(), records.display());
    let output = counterpart("python3", &["-c", VALIDATE, &pair], sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// A time-stamping authority made of `openssl ts`, on loopback.
struct Tsa {
    folder: PathBuf,
    url: String,
}

const TSA_CONFIG: &str = "
[tsa]
default_tsa = a
[a]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
clock_precision_digits = 3
[stamp]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[req]
distinguished_name = dn
[dn]
";

const TSA_KEYS: &str = "
openssl req -x509 -config tsa.cnf -extensions ca -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
  -nodes -keyout root.key -out root.pem -subj '/CN=Test root' -days 30
openssl req -new -config tsa.cnf -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj '/CN=Test authority'
openssl x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile tsa.cnf \
  -extensions stamp -out tsa.pem -days 30
";

impl Tsa {
    fn start(folder: PathBuf) -> Option<Self> {
        use std::io::{BufRead, BufReader, Read, Write};
        fs_err::create_dir(&folder).unwrap();
        fs_err::write(folder.join("tsa.cnf"), TSA_CONFIG).unwrap();
        counterpart("openssl", &["version"], &folder)?;
        let output = counterpart("bash", &["-ec", TSA_KEYS], &folder).unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let work = folder.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut reader = BufReader::new(stream.try_clone().unwrap());
                let mut length = 0;
                let mut line = String::new();
                while reader.read_line(&mut line).unwrap() > 2 {
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    line.clear();
                }
                let mut query = vec![0; length];
                reader.read_exact(&mut query).unwrap();
                fs_err::write(work.join("query.tsq"), query).unwrap();
                let args = ["ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq"];
                let args =
                    [&args[..], &["-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply"]]
                        .concat();
                let output = counterpart("openssl", &args, &work).unwrap();
                assert!(output.status.success(), "{}", said(&output));
                let reply = fs_err::read(work.join("reply")).unwrap();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    reply.len()
                );
                stream.write_all(&[head.as_bytes(), &reply].concat()).unwrap();
            }
        });
        Some(Self { folder, url })
    }
}

#[test]
fn openssl_verifies_every_time_stamp_and_so_do_we() {
    let sandbox = case();
    let Some(tsa) = Tsa::start(sandbox.path("tsa")) else { return };
    let root = tsa.folder.join("root.pem");
    let root = root.to_str().unwrap();
    let args = ["evidence", "timestamp", "--case", "case", "--tsa", &tsa.url, "--tsa-ca", root];
    let output = sandbox.run(&args);
    assert!(output.starts_with("exit 0"), "{output}");
    assert_eq!(output.matches("\"authority\":\"Test authority\"").count(), 15, "{output}");
    let verified = sandbox.run(&["evidence", "verify", "case"]);
    assert!(verified.starts_with("exit 0"), "{verified}");
    assert_eq!(verified.matches("leads to one that the case trusts").count(), 15, "{verified}");

    let case = sandbox.path("case");
    let verify = |stamp: &str, over: &[&str]| {
        let args = [&["ts", "-verify", "-in", stamp, "-CAfile", root], over].concat();
        counterpart("openssl", &args, &case).unwrap()
    };
    for item in items(&sandbox) {
        let pairs = [("manifest.tsr", "manifest-sha256.txt"), ("warc.tsr", "data/capture.warc.gz")];
        for (stamp, over) in pairs.map(|(stamp, over)| (item.join(stamp), item.join(over))) {
            if over.exists() {
                let output = verify(stamp.to_str().unwrap(), &["-data", over.to_str().unwrap()]);
                assert!(said(&output).contains("Verification: OK"), "{}", said(&output));
            }
        }
        // Time-stamps in the bag's folder are no fault to others.
        if let Some(output) = counterpart("bagit.py", &["--validate", "."], &item) {
            assert!(output.status.success(), "{}", said(&output));
        }
    }
    let log = fs_err::read_to_string(case.join("custody.jsonl")).unwrap();
    let stamps = files_ending(&case.join("timestamps"), ".tsr");
    assert_eq!(stamps.len(), 1);
    let number: usize = stamps[0][..4].parse().unwrap();
    let line: Value = serde_json::from_str(log.lines().nth(number - 1).unwrap()).unwrap();
    let stamp = format!("timestamps/{}", stamps[0]);
    let output = verify(&stamp, &["-digest", line["hash"].as_str().unwrap()]);
    assert!(said(&output).contains("Verification: OK"), "{}", said(&output));

    // A second run finds nothing left but the log; an authority that is not there is named.
    let output = sandbox.run(&args);
    assert_eq!(output.matches("\"file\":").count(), 1, "{output}");
    sandbox.write("note.txt", "x");
    let args = ["evidence", "add", "--case", "case", "note.txt", "--tsa", "http://127.0.0.1:1/"];
    let output = sandbox.run(&args);
    assert!(output.starts_with("exit 3"), "{output}");
    assert!(output.contains("was not time-stamped: no answer from the authority"), "{output}");

    // The log is cut back behind its time-stamp, with head, key and items to match.
    let cut: Vec<&str> = log.lines().take(number - 1).collect();
    fs_err::write(case.join("custody.jsonl"), cut.join("\n") + "\n").unwrap();
    fs_err::write(case.join("custody.head"), cut[number - 2].to_owned() + "\n").unwrap();
    let verified = sandbox.run(&["evidence", "verify", "--failed", "case"]);
    let found = format!("\"file\":\"{stamp}\",\"detail\":\"is not known to the custody log\"");
    assert!(verified.starts_with("exit 1") && verified.contains(&found), "{verified}");
}

fn files_ending(folder: &Path, extension: &str) -> Vec<String> {
    let entries = fs_err::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(extension)).collect()
}

/// Checks the signature of a package as ReplayWeb.page does, with WebCrypto.
const VERIFY_PACKAGE: &str = "
const { readFileSync } = require('fs');
const { subtle } = require('crypto').webcrypto;
const signed = JSON.parse(readFileSync(process.argv[1])).signedData;
const bytes = text => Uint8Array.from(Buffer.from(text, 'base64'));
const algorithm = { name: 'ECDSA', namedCurve: 'P-384' };
(async () => {
  const key = await subtle.importKey('spki', bytes(signed.publicKey), algorithm, true, ['verify']);
  const verify = text => subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key,
    bytes(signed.signature), new TextEncoder().encode(text));
  console.log(await verify(signed.hash), await verify(signed.hash.replace(/.$/, 'x')));
})();
";

#[test]
fn wacz_validates_the_package_and_its_index_is_as_others_write_it() {
    let sandbox = case();
    let args = ["evidence", "wacz", "--case", "case", "-o", "pages.wacz"];
    let output = sandbox.run(&args);
    assert!(output.starts_with("exit 0"), "{output}");
    assert!(sandbox.run(&args).contains("`pages.wacz` exists already"));
    assert!(sandbox.run(&["evidence", "verify", "case"]).starts_with("exit 0"));
    let root = sandbox.root();
    let unpack = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
        z.extractall('unpacked')";
    if let Some(output) = counterpart("python3", &["-c", unpack, "pages.wacz"], root) {
        assert!(output.status.success(), "{}", said(&output));
    } else {
        return;
    }
    if let Some(output) = counterpart("wacz", &["validate", "-f", "pages.wacz"], root) {
        assert!(output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains("invalid"), "{}", said(&output));
    }
    let signed = "unpacked/datapackage-digest.json";
    if let Some(output) = counterpart("node", &["-e", VERIFY_PACKAGE, signed], root) {
        assert_eq!(String::from_utf8_lossy(&output.stdout), "true false\n", "{}", said(&output));
    }
    let archives = files_ending(&root.join("unpacked/archive"), ".warc.gz");
    assert_eq!(archives.len(), 6);
    let archives: Vec<String> =
        archives.into_iter().map(|name| format!("unpacked/archive/{name}")).collect();
    let mut args = vec!["-s"];
    args.extend(archives.iter().map(String::as_str));
    let Some(output) = counterpart("cdxj-indexer", &args, root) else { return };
    let theirs = String::from_utf8(output.stdout).unwrap();
    let ours = fs_err::read_to_string(root.join("unpacked/indexes/index.cdxj")).unwrap();
    assert_eq!(comparable(&ours), comparable(&theirs));
    assert_eq!(ours.matches("warc/revisit").count(), 1, "{ours}");
}

/// The lines of an index: key, time and what leads to the record.
fn comparable(index: &str) -> Vec<String> {
    let line = |line: &str| {
        let (key, rest) = line.split_once(' ').unwrap();
        let (time, json) = rest.split_once(' ').unwrap();
        let value: Value = serde_json::from_str(json).unwrap();
        let fields = ["url", "mime", "status", "digest", "length", "offset", "filename"];
        let fields: Vec<_> = fields.iter().map(|field| value[field].to_string()).collect();
        format!("{key} {time} {}", fields.join(" "))
    };
    let mut lines: Vec<String> = index.lines().map(line).collect();
    lines.sort();
    lines
}
