//! Tests of what `pugmark scan` reads: packed files, archives, JSON, pages, e-mail.

use std::io::Write;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const IVORY: &str = "Hand-carved elephant ivory netsuke, Schreger lines visible, 42 g";
const CHAIR: &str = "Old chair, oak, some scratches";

fn records(stdout: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in entries {
        let (mut entry, config) = archive
            .new_file(name)
            .compression_method(rawzip::CompressionMethod::DEFLATE)
            .start()
            .unwrap();
        let packer = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::best());
        let mut writer = config.wrap(packer);
        writer.write_all(content).unwrap();
        let (packer, descriptor) = writer.finish().unwrap();
        packer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// `printf 'title,price\nelephant ivory netsuke with Schreger lines,300 EUR\n' | xz -9`
const XZ: &[u8] = include_bytes!("fixtures/ads.csv.xz");

#[test]
fn packed_files_are_known_by_content_whatever_their_name() {
    let sandbox = Sandbox::new();
    let csv = format!("title,price\n\"{IVORY}\",300 EUR\n{CHAIR:?},5\n");
    let plain = sandbox.pipe(&["scan"], &csv);
    assert_eq!(records(&plain.stdout).len(), 2);
    for (name, bytes) in [
        ("gzip", gzip(csv.as_bytes())),
        ("bzip2", bzip2(csv.as_bytes())),
        ("zstd", zstd::encode_all(csv.as_bytes(), 3).unwrap()),
        ("twice", gzip(&zstd::encode_all(csv.as_bytes(), 3).unwrap())),
        ("members", [gzip(&csv.as_bytes()[..20]), gzip(&csv.as_bytes()[20..])].concat()),
        ("zip", zip(&[("a.csv", csv.as_bytes())])),
    ] {
        sandbox.write(name, &bytes);
        let read = sandbox.command(&["scan", name]).output().unwrap();
        assert_eq!(sandbox.show(&read), sandbox.show(&plain), "{name}");
        let piped = sandbox.pipe(&["scan"], &bytes);
        assert_eq!(sandbox.show(&piped), sandbox.show(&plain), "{name} on stdin");
    }
    let xz = sandbox.pipe(&["scan", "--count"], XZ);
    assert_eq!(sandbox.show(&xz), "exit 0\n--- stdout\n1\n--- stderr\n");
}

#[test]
fn an_archive_is_read_file_by_file_and_its_names_lead_nowhere() {
    let sandbox = Sandbox::new();
    let line = format!("{{\"title\":\"{IVORY}\"}}\n");
    let archive = zip(&[
        ("../../outside.jsonl", line.as_bytes()),
        ("broken.jsonl", b"{\"title\":\"x\n"),
        ("packed.txt.gz", &gzip(IVORY.as_bytes())),
        ("inner.zip", &zip(&[("a.txt", IVORY.as_bytes())])),
        ("array.json", format!("[{}]", line.trim()).as_bytes()),
        ("empty.txt", b""),
    ]);
    sandbox.write("ads.zip", archive);
    insta::assert_snapshot!(sandbox.run(&["scan", "ads.zip", "--count"]), @r"
    exit 3
    --- stdout
    3
    --- stderr
    warning: ads.zip/broken.jsonl: record 1: left out: no whole JSON object (EOF while parsing a string at line 1 column 11)
    warning: ads.zip/broken.jsonl: left out from here: the JSON is cut off
    warning: left out: cannot read ads.zip/inner.zip: an archive in an archive or a packed file is not read
    ");
    let outside = sandbox.root().parent().unwrap().parent().unwrap().join("outside.jsonl");
    assert!(!outside.exists());
}

#[test]
fn a_workbook_is_no_archive_of_ads() {
    let sandbox = Sandbox::new();
    let sheet = format!("<sst><si><t>{IVORY}</t></si></sst>");
    let workbook =
        zip(&[("[Content_Types].xml", b"<Types/>"), ("xl/sharedStrings.xml", sheet.as_bytes())]);
    sandbox.write("ads.xlsx", workbook);
    let refused = sandbox.run(&["scan", "ads.xlsx", "--count"]);
    assert!(refused.starts_with("exit 2") && refused.contains("save it as CSV"), "{refused}");
}

#[test]
fn a_damaged_archive_names_the_file_and_goes_on() {
    let sandbox = Sandbox::new();
    let mut archive = zip(&[("a.txt", IVORY.as_bytes()), ("b.txt", IVORY.as_bytes())]);
    // The checksum of the first entry, in the directory.
    let directory = archive.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    archive[directory + 16] ^= 1;
    sandbox.write("ads.zip", &archive);
    insta::assert_snapshot!(sandbox.run(&["scan", "ads.zip", "--count"]), @r"
    exit 3
    --- stdout
    2
    --- stderr
    warning: ads.zip/a.txt: left out from here: it differs from its checksum
    ");
    sandbox.write("cut.zip", &archive[..archive.len() / 2]);
    insta::assert_snapshot!(sandbox.run(&["scan", "cut.zip"]), @r"
    exit 2
    --- stdout
    --- stderr
    error: cannot read cut.zip: Missing end of central directory
    ");
}

#[test]
fn a_cut_off_file_gives_what_it_has_and_exits_3() {
    let sandbox = Sandbox::new();
    // Much that is not judged and does not pack well, so that packers write several blocks.
    let photo = |n: u32| {
        let stir = |at: u32| (n * 1000 + at).wrapping_mul(0x9e37_79b1).rotate_left(at % 31);
        (0..1000).map(|at| format!("{:08x}", stir(at))).collect::<String>()
    };
    let text: String = (0..300)
        .map(|n| format!("{{\"title\":\"{IVORY}\",\"photo\":\"{}\"}}\n", photo(n)))
        .collect();
    for (name, packed) in [
        ("cut.gz", gzip(text.as_bytes())),
        ("cut.zst", zstd::encode_all(text.as_bytes(), 3).unwrap()),
        ("cut.bz2", bzip2(text.as_bytes())),
    ] {
        sandbox.write(name, &packed[..packed.len() * 3 / 4]);
        sandbox.write("after.txt", IVORY);
        let output = sandbox.command(&["scan", name, "after.txt", "--count"]).output().unwrap();
        let shown = sandbox.show(&output);
        assert_eq!(output.status.code(), Some(3), "{shown}");
        assert!(shown.contains(&format!("warning: {name}: left out from here: ")), "{shown}");
        let count: u32 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        assert!((50..299).contains(&count), "{shown}");
    }
    let strict = sandbox.run(&["scan", "cut.gz", "--count", "--strict"]);
    assert!(strict.starts_with("exit 2\n"), "{strict}");
}

#[test]
fn a_bomb_is_stopped_and_the_next_file_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("bomb.gz", gzip(&gzip(&vec![b'x'; 100 << 20])));
    sandbox.write("after.txt", IVORY);
    let args = ["scan", "bomb.gz", "after.txt", "--only", "flag", "--count"];
    insta::assert_snapshot!(sandbox.run(&args), @r"
    exit 3
    --- stdout
    1
    --- stderr
    warning: bomb.gz:1: left out: longer than 16 MiB
    warning: bomb.gz: left out from here: unpacks to more than 200 times its size (allow more with --max-ratio)
    ");
}

#[test]
fn json_that_is_not_an_object_a_line_is_cut_into_records() {
    let sandbox = Sandbox::new();
    let ad = json!({"id": "a1", "title": IVORY, "tags": [1, {"x": "]}"}]});
    let other = json!({"id": "a2", "title": CHAIR});
    for (json, from) in [
        (json!([ad, other]).to_string(), "record 1"),
        (format!("{:#}", json!([ad, other])), "record 1"),
        (format!("{:#}", json!({"total": 2, "pages": [1], "ads": [ad, other], "next": null})), ""),
        (format!("{ad:#}\n{other:#}\n"), ""),
    ] {
        let output = sandbox.pipe(&["scan"], &json);
        let records = records(&output.stdout);
        assert_eq!(records.len(), 2, "{from} {json}");
        assert_eq!((&records[0]["tags"], &records[1]["id"]), (&ad["tags"], &other["id"]));
        assert_eq!(records[0]["pugmark"]["verdict"], "flag");
        assert_eq!(output.status.code(), Some(0), "{json}");
    }
}

#[test]
fn broken_records_of_an_array_are_named_by_their_number() {
    let sandbox = Sandbox::new();
    let json = format!(
        "[{{\"title\":\"{IVORY}\"}},\n {{\"title\":}}, 7, {{\"id\":1}}, {{\"title\":\"{IVORY}\"}}, {{\"ti"
    );
    sandbox.write("ads.json", json);
    insta::assert_snapshot!(sandbox.run(&["scan", "ads.json", "--count"]), @r"
    exit 3
    --- stdout
    2
    --- stderr
    warning: ads.json: record 2: left out: no whole JSON object (expected value at line 1 column 10)
    warning: ads.json: record 3: left out: no whole JSON object (invalid type: integer `7`, expected a JSON object at line 1 column 1)
    warning: ads.json: record 4: left out: no field holds the text of the ad (name it with --map text=FIELD)
    warning: ads.json: record 6: left out: no whole JSON object (EOF while parsing a string at line 1 column 4)
    warning: ads.json: left out from here: the JSON is cut off
    ");
}

#[test]
fn deep_json_and_giant_fields_do_no_harm() {
    let sandbox = Sandbox::new();
    let deep = "[".repeat(2_000_000) + &"]".repeat(2_000_000);
    let lines = format!(
        "{{\"title\":{deep},\"text\":\"{IVORY}\"}}\n{{\"title\":\"{}\"}}\n{{\"title\":\"{IVORY}\"}}\n",
        "x".repeat(17 << 20)
    );
    let output = sandbox.pipe(&["scan", "--count"], lines);
    let shown = sandbox.show(&output);
    assert_eq!(output.status.code(), Some(3), "{shown}");
    assert!(shown.contains("stdin:2: left out: longer than 16 MiB"), "{shown}");
    assert!(shown.contains("\n2\n") || shown.contains("stdin:1: left out"), "{shown}");
    let array = format!("[{{\"title\":\"{IVORY}\"}},{deep}]");
    let output = sandbox.pipe(&["scan", "--count"], array);
    assert_eq!(output.status.code(), Some(3), "{}", sandbox.show(&output));
}

#[test]
fn a_page_is_an_ad() {
    let sandbox = Sandbox::new();
    let page = format!(
        "<!doctype html><html lang=en><head><title>{CHAIR} | Shop</title>\
         <script type=application/ld+json>{{\"@type\":\"Product\",\"name\":\"{IVORY}\",\"offers\":\
         {{\"@type\":\"Offer\",\"price\":\"450.00\",\"priceCurrency\":\"EUR\",\"seller\":{{\"name\":\"Jo\"}}}}}}</script>\
         </head><body><p>From an old collection</p><script>rhino()</script></body></html>"
    );
    sandbox.write("page", &page);
    let output = sandbox.command(&["scan", "page"]).output().unwrap();
    let found = &records(&output.stdout)[0];
    assert_eq!(found["title"], IVORY);
    assert_eq!(found["text"], "From an old collection");
    assert_eq!((&found["seller"], &found["currency"]), (&json!("Jo"), &json!("EUR")));
    assert_eq!(found["pugmark"]["price"]["eur"], 450.0);
    assert_eq!(found["pugmark"]["verdict"], "flag");
    let latin = b"<html><meta charset=iso-8859-1><body>Elfenbeinfigur f\xfcr Sammler, Schreger-Linien, 300 Euro</body>";
    let output = sandbox.pipe(&["scan", "--from", "html"], latin);
    assert!(records(&output.stdout)[0]["text"].as_str().unwrap().contains("für"));
}

#[test]
fn mail_is_read_part_by_part() {
    let sandbox = Sandbox::new();
    let mail = "From: =?utf-8?q?J=C3=B6rg?= <j@a.example>\r\nTo: b@b.example\r\nSubject: Figur\r\n\
        Date: Wed, 25 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@a.example>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nPHA+RWxmZW5iZWluc2Nobml0emVyZWksIDQ1MCBFdXJvPC9wPg==\r\n--x--\r\n";
    let output = sandbox.pipe(&["scan"], mail);
    let found = &records(&output.stdout)[0];
    assert_eq!(found["from"], "Jörg <j@a.example>");
    assert_eq!(found["date"], "2026-11-25T09:00:00Z");
    assert_eq!(found["text"], "Elfenbeinschnitzerei, 450 Euro");
    assert_eq!(found["pugmark"]["verdict"], "flag");

    let envelope = "From j@a.example Wed Nov 25 10:00:00 2026\n";
    let unclosed = "From: a@a.example\nSubject: x\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\nivory\n";
    let mailbox = format!("{envelope}{}\n{envelope}{unclosed}\n", mail.replace("\r\n", "\n"));
    let output = sandbox.pipe(&["scan"], mailbox);
    let found = records(&output.stdout);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["pugmark"]["verdict"], "flag");
    assert_eq!(found[1]["text"], "ivory");
}

#[test]
fn what_a_file_is_can_be_said() {
    let sandbox = Sandbox::new();
    let text = format!("title,price\n{IVORY}\n");
    let csv = sandbox.pipe(&["scan", "--count"], format!("title,price\n\"{IVORY}\",5\n"));
    assert_eq!(csv.stdout, b"1\n");
    let output = sandbox.pipe(&["scan", "--from", "text"], &text);
    assert_eq!(records(&output.stdout).len(), 2);
    let wrong = sandbox.pipe(&["scan", "--from", "jsonl"], &text);
    assert_eq!(wrong.status.code(), Some(3));
    let tabs = sandbox.pipe(&["scan", "--to", "csv"], format!("id\ttitle\n1\t{IVORY}\n"));
    assert!(tabs.stdout.starts_with(b"id,title,pugmark_score"));
}

#[test]
fn files_that_cannot_be_read_are_named_and_the_others_are() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", IVORY);
    sandbox.write("b.csv", "nr,inhoud\n1,x\n");
    insta::assert_snapshot!(sandbox.run(&["scan", "gone.txt", "b.csv", "a.txt", "--count"]), @r"
    exit 3
    --- stdout
    1
    --- stderr
    warning: left out: failed to open file `gone.txt`: No such file or directory (os error 2)
    warning: left out: b.csv:1: no column holds the text of the ads; there are: nr, inhoud
    ");
    insta::assert_snapshot!(sandbox.run(&["scan", "gone.txt", "b.csv"]), @r"
    exit 2
    --- stdout
    --- stderr
    warning: left out: failed to open file `gone.txt`: No such file or directory (os error 2)
    warning: left out: b.csv:1: no column holds the text of the ads; there are: nr, inhoud
    error: no input could be read
    ");
}

#[test]
fn near_duplicates_are_left_out_and_counted() {
    let sandbox = Sandbox::new();
    let long = "Carved elephant ivory okimono of a fisherman, signed on the base, with Schreger \
        lines clearly visible, small old crack at the back, from a private collection in Lyon";
    sandbox.write(
        "ads.txt",
        format!("{long}\n{IVORY}\n{long}!!! \n{}\n{CHAIR}\n{CHAIR}\n", IVORY.replace("42", "43")),
    );
    let run = |args: &[&str]| {
        sandbox.run(&[&["scan", "ads.txt", "--dedup", "--only", "flag"], args].concat())
    };
    assert_eq!(
        run(&["--count"]),
        "exit 0\n--- stdout\n3\n--- stderr\n1 ads are nearly the same as one before\n"
    );
    assert_eq!(run(&["--threads", "1"]), run(&["--threads", "3"]));
    let stats = run(&["--stats", "--format", "csv"]);
    for figure in ["ads,read,6\n", "ads,duplicates,1\n", "verdict,flag,3\n", "verdict,clear,2\n"] {
        assert!(stats.contains(figure), "{stats}");
    }
}

#[test]
fn a_sample_is_fair_in_order_and_the_same_each_time() {
    let sandbox = Sandbox::new();
    let text: String = (0..200).map(|n| format!("chair {n}\n")).collect();
    sandbox.write("ads.txt", text);
    let run = |threads: &str| {
        let args = ["scan", "ads.txt", "--sample", "10", "--threads", threads];
        sandbox.command(&args).output().unwrap().stdout
    };
    let lines: Vec<u64> =
        records(&run("1")).iter().map(|ad| ad["line"].as_u64().unwrap()).collect();
    assert_eq!(lines.len(), 10);
    assert!(lines.is_sorted() && lines[9] > 10, "{lines:?}");
    assert_eq!(run("1"), run("2"));
}

/// Four rows in two row groups, packed with zstd, with text, decimals, times, lists and groups.
const PARQUET: &[u8] = include_bytes!("fixtures/ads.parquet");

#[test]
fn parquet_is_read_row_by_row_with_all_its_columns() {
    let sandbox = Sandbox::new();
    sandbox.write("ads", PARQUET);
    let output = sandbox.command(&["scan", "ads"]).output().unwrap();
    let shown = sandbox.show(&output);
    assert!(shown.contains("warning: ads: record 3: left out: no field holds the text"), "{shown}");
    let mut found = records(&output.stdout);
    assert_eq!(found.len(), 3);
    assert_eq!(found[0]["pugmark"]["verdict"], "flag");
    assert_eq!(found[0]["pugmark"]["price"]["amount"], 450.0);
    found[0].as_object_mut().unwrap().remove("pugmark");
    let first = json!({
        "id": 1, "title": IVORY, "price": "450.00", "seen": "2026-11-25 12:00:00.000 +00:00",
        "day": "2026-11-25", "new": true, "weight": 0.5, "tags": ["a", "b"],
        "place": {"city": "Lyon", "zip": 69}, "raw": "/wA=",
    });
    assert_eq!(found[0], first);
    assert_eq!(found[1]["place"], Value::Null);
    assert_eq!(found[2]["title"], "Ivory \"tusk\" & more\n€");
    // Packed, from a pipe, and in an archive it is first written to a nameless file.
    for bytes in [PARQUET.to_vec(), gzip(PARQUET), zip(&[("a.parquet", PARQUET)])] {
        assert_eq!(sandbox.pipe(&["scan"], bytes).stdout, output.stdout);
    }
}

#[test]
fn damaged_parquet_is_refused_or_read_as_far_as_it_goes() {
    let sandbox = Sandbox::new();
    for cut in [5, 100, PARQUET.len() / 2, PARQUET.len() - 3] {
        sandbox.write("cut", &PARQUET[..cut]);
        let output = sandbox.command(&["scan", "cut"]).output().unwrap();
        let shown = sandbox.show(&output);
        assert_eq!(output.status.code(), Some(2), "{cut}: {shown}");
        assert!(shown.contains("error: cannot read cut: "), "{cut}: {shown}");
    }
    // A byte is changed in each of some places: whatever happens, it ends and says so.
    for place in (4..PARQUET.len()).step_by(PARQUET.len() / 12) {
        let mut bytes = PARQUET.to_vec();
        bytes[place] ^= 0x55;
        sandbox.write("changed", bytes);
        let output = sandbox.command(&["scan", "changed"]).output().unwrap();
        let code = output.status.code();
        assert!(matches!(code, Some(0..=3)), "{place}: {}", sandbox.show(&output));
    }
}
