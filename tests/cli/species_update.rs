//! Tests of `pugmark species update`, against a server with records made for the test.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// Requests that came, each a path with its head.
pub(crate) type Log = Arc<Mutex<Vec<(String, String)>>>;

/// Serves what `answer` says to a path that comes for the n-th time (from 1).
pub(crate) fn server(answer: impl Fn(&str, usize) -> Vec<u8> + Send + 'static) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let log = Log::default();
    let written = Arc::clone(&log);
    thread::spawn(move || {
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut block = [0; 4096];
            while !request.ends_with(b"\r\n\r\n") {
                let count = stream.read(&mut block).unwrap();
                request.extend_from_slice(&block[..count]);
                if count == 0 {
                    break;
                }
            }
            let head = String::from_utf8(request).unwrap();
            let path = head.split(' ').nth(1).unwrap_or("").to_owned();
            let time = times.entry(path.clone()).or_default();
            *time += 1;
            let bytes = answer(&path, *time);
            written.lock().unwrap().push((path, head));
            let _ = stream.write_all(&bytes);
        }
    });
    (address, log)
}

fn with_status(status: &str, extra: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{extra}Connection: close\r\n\r\n{body}"
    )
    .into_bytes()
}

pub(crate) fn ok(body: &Value) -> Vec<u8> {
    with_status("200 OK", "Content-Type: application/json\r\n", &body.to_string())
}

/// A taxon as the Checklist writes it; facts invented.
fn taxon(id: u32, name: &str, class: &str, family: &str, listing: &str, added: &str) -> Value {
    let additions: Vec<Value> = listing
        .split('/')
        .filter(|grade| *grade != "NC")
        .map(|grade| {
            json!({"species_listing_name": grade, "effective_at_formatted": added, "party_iso_code": null,
                   "short_note": null, "full_note": "<p>Only&nbsp;the test</p>", "hash_ann_symbol": null,
                   "auto_note": null})
        })
        .collect();
    json!({"id": id, "full_name": name, "rank_name": "SPECIES", "kingdom_name": "Animalia",
           "class_name": class, "order_name": "", "family_name": family,
           "genus_name": name.split(' ').next(), "current_listing": listing,
           "current_additions": additions, "english_names": ["Test beast"],
           "synonyms_with_authors": ["Alia testa Author, 1900"]})
}

/// Four taxa on two pages: one as it is, one listed, one new, one no longer listed.
pub(crate) fn checklist(page: usize, total: usize) -> Value {
    let taxa = match page {
        1 => vec![
            taxon(1, "Panthera tigris", "Mammalia", "Felidae", "I", "01/07/1975"),
            taxon(2, "Vulpes vulpes", "Mammalia", "Canidae", "II/NC", "01/06/2026"),
        ],
        2 => vec![
            taxon(3, "Felis fictitia", "Mammalia", "Felidae", "II", "04/02/1977"),
            taxon(4, "Okapia johnstoni", "Mammalia", "Giraffidae", "NC", ""),
        ],
        _ => vec![],
    };
    json!([{"animalia": taxa, "plantae": [], "result_cnt": 2, "total_cnt": total}])
}

pub(crate) fn page_of(path: &str) -> usize {
    let after = path.split("page=").nth(1).unwrap_or("0");
    after.split('&').next().unwrap().parse().unwrap()
}

fn home(sandbox: &Sandbox) -> String {
    sandbox.path("home").to_str().unwrap().to_owned()
}

/// Runs `species` with `args` and a folder of its own for data.
fn run(sandbox: &Sandbox, args: &[&str], token: Option<&str>) -> (i32, String, String) {
    let mut command = sandbox.command(&[&["species"], args].concat());
    command.env("PUGMARK_HOME", home(sandbox));
    if let Some(token) = token {
        command.env("SPECIESPLUS_TOKEN", token);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn update(sandbox: &Sandbox, site: &str) -> (i32, String, String) {
    run(sandbox, &["update", "--site", site, "--delay", "0", "--diff", "--format", "csv"], None)
}

fn appendix(sandbox: &Sandbox, name: &str, data: &str) -> Value {
    let (_, answer, stderr) = run(sandbox, &[name, "--format", "jsonl", "--data", data], None);
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{stderr}"));
    answer["cites"]["appendix"].clone()
}

/// Nothing was put in place, and the data in the program answer.
fn assert_untouched(sandbox: &Sandbox) {
    assert!(!sandbox.path("home/species/species.index").exists());
    assert_eq!(appendix(sandbox, "Vulpes vulpes", "newest"), Value::Null);
}

#[test]
fn what_the_official_list_says_is_in_use_afterwards_and_each_difference_is_named() {
    let (site, _) = server(|path, _| ok(&checklist(page_of(path), 4)));
    let sandbox = Sandbox::new();
    let (code, changes, stderr) = update(&sandbox, &site);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        changes,
        "name,law,change,before,after,from\n\
         Okapia johnstoni,cites,no longer listed,I,none,\n\
         Vulpes vulpes,cites,listed,none,II,2026-06-01\n"
    );
    assert!(
        stderr.starts_with(
            "4 taxa read: 2 as in the data in use, 2 differences, 1 new names of taxa\n"
        ),
        "{stderr}"
    );
    assert_eq!(appendix(&sandbox, "Vulpes vulpes", "newest"), "II");
    assert_eq!(appendix(&sandbox, "Vulpes vulpes", "embedded"), Value::Null);
    assert_eq!(appendix(&sandbox, "Okapia johnstoni", "newest"), Value::Null);
    assert_eq!(appendix(&sandbox, "Felis fictitia", "newest"), "II");
    assert_eq!(appendix(&sandbox, "Panthera tigris", "newest"), "I");
    let (_, answer, _) = run(&sandbox, &["Vulpes vulpes", "--format", "jsonl"], None);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let row = &answer["cites"]["listings"][0];
    assert_eq!((&row["scope"], &row["from"]), (&json!("Only the test"), &json!("2026-06-01")));
    assert!(row["source"].as_str().unwrap().starts_with("Checklist of CITES Species, read on "));
    assert_eq!((&answer["eu"]["annex"], &answer["eu"]["derived"]), (&json!("B"), &json!(true)));
    let (_, before, _) =
        run(&sandbox, &["Vulpes vulpes", "--as-of", "2026-05-31", "--format", "jsonl"], None);
    assert!(before.contains("\"cites\":{\"appendix\":null"), "{before}");
}

#[test]
fn ads_are_judged_by_the_newer_data_unless_told_otherwise() {
    let (site, _) = server(|path, _| ok(&checklist(page_of(path), 4)));
    let sandbox = Sandbox::new();
    assert_eq!(update(&sandbox, &site).0, 0);
    sandbox.write("ads.jsonl", "{\"title\":\"Vulpes vulpes skull for sale\"}\n");
    let status = |data: &str| {
        let mut command = sandbox.command(&["scan", "ads.jsonl", "--data", data]);
        let output = command.env("PUGMARK_HOME", home(&sandbox)).output().unwrap();
        let record: Value = serde_json::from_slice(&output.stdout).unwrap();
        record["pugmark"]["status"]["appendix"].clone()
    };
    assert_eq!(status("newest"), "II");
    assert_ne!(status("embedded"), "II");
}

#[test]
fn a_dry_run_puts_nothing_in_place() {
    let (site, _) = server(|path, _| ok(&checklist(page_of(path), 4)));
    let sandbox = Sandbox::new();
    let args = ["update", "--site", &site, "--delay", "0", "--dry-run", "--format", "csv"];
    let (code, changes, _) = run(&sandbox, &args, None);
    assert_eq!((code, changes.lines().count()), (0, 3));
    assert_untouched(&sandbox);
}

#[test]
fn a_server_that_is_busy_is_asked_again() {
    let (site, log) = server(|path, time| match (page_of(path), time) {
        (1, 1) => with_status("500 Internal Server Error", "", "oops"),
        (1, 2) => with_status("429 Too Many Requests", "Retry-After: 1\r\n", ""),
        (2, 1) => {
            with_status("200 OK", "Content-Type: text/html\r\n", "<!doctype html><p>maintenance")
        }
        (page, _) => ok(&checklist(page, 4)),
    });
    let sandbox = Sandbox::new();
    let start = std::time::Instant::now();
    let (code, _, stderr) = update(&sandbox, &site);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(log.lock().unwrap().len(), 5);
    assert!(start.elapsed().as_secs_f64() >= 1.0, "Retry-After was not kept");
}

#[test]
fn answers_that_are_no_list_change_nothing() {
    type Answer = fn(&str, usize) -> Vec<u8>;
    let cases: [(&str, Answer); 7] = [
        ("500 Internal Server Error", |_, _| with_status("500 Internal Server Error", "", "")),
        ("403 Forbidden", |_, _| with_status("403 Forbidden", "", "")),
        ("the answer is no JSON", |_, _| with_status("200 OK", "", "<!doctype html><title>Sorry")),
        ("end of file", |_, _| {
            b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\nConnection: close\r\n\r\n[{".to_vec()
        }),
        (
            "the list is not whole: 5 taxa were announced and 4 have come; page 3 brings none",
            |path, _| ok(&checklist(page_of(path), 5)),
        ),
        (
            "the list is not whole: 4 taxa were announced and 2 have come; page 2 brings none",
            |_, _| ok(&checklist(1, 4)),
        ),
        ("the list is not whole: 4 taxa were announced, and on page 2 7", |path, _| {
            let page = page_of(path);
            ok(&checklist(page, if page == 1 { 4 } else { 7 }))
        }),
    ];
    for (reason, answer) in cases {
        let (site, _) = server(answer);
        let sandbox = Sandbox::new();
        let (code, out, stderr) = update(&sandbox, &site);
        assert_eq!((code, out.as_str()), (2, ""), "{stderr}");
        assert!(stderr.starts_with("error: the data in use stay as they are: "), "{stderr}");
        assert!(stderr.contains(reason), "{reason}: {stderr}");
        assert_untouched(&sandbox);
    }
}

#[test]
fn a_run_that_was_cut_off_goes_on_where_it_stopped() {
    let sandbox = Sandbox::new();
    let (site, _) = server(|path, _| match page_of(path) {
        1 => ok(&checklist(1, 4)),
        _ => with_status("503 Service Unavailable", "", ""),
    });
    assert_eq!(update(&sandbox, &site).0, 2);
    assert_untouched(&sandbox);
    let (site, log) = server(|path, _| ok(&checklist(page_of(path), 4)));
    let (code, _, stderr) = update(&sandbox, &site);
    assert_eq!(code, 0, "{stderr}");
    let pages: Vec<usize> = log.lock().unwrap().iter().map(|(path, _)| page_of(path)).collect();
    assert_eq!(pages, [2]);
    assert!(!sandbox.path("home/species/pages").exists());
}

#[test]
fn with_a_token_the_api_brings_the_annexes_and_the_token_is_written_nowhere() {
    let (site, log) = server(|_, _| {
        let taxon = |id: u32, name: &str, cites: &str, eu: &str| {
            json!({"id": id, "full_name": name, "rank": "SPECIES", "name_status": "A", "cites_listing": cites,
                   "eu_listing": eu, "synonyms": [], "common_names": [{"name": "fox", "language": "EN"}],
                   "higher_taxa": {"kingdom": "Animalia", "class": "Mammalia", "order": "Carnivora", "family": "Canidae"},
                   "cites_listings": [{"appendix": "II", "annotation": "all", "hash_annotation": null}]})
        };
        let taxa = [taxon(1, "Vulpes vulpes", "II", "A"), taxon(2, "Panthera tigris", "I", "A")];
        ok(
            &json!({"pagination": {"current_page": 1, "per_page": 500, "total_entries": 2}, "taxon_concepts": taxa}),
        )
    });
    let sandbox = Sandbox::new();
    let args = ["update", "--site", &site, "--delay", "0", "--diff", "--format", "csv"];
    let (code, changes, stderr) = run(&sandbox, &args, Some("s3cret"));
    assert_eq!(code, 0, "{stderr}");
    assert!(
        changes.contains("Vulpes vulpes,cites,listed,none,II,")
            && changes.contains("Vulpes vulpes,eu,listed,none,A,"),
        "{changes}"
    );
    assert!(log.lock().unwrap().iter().all(|(path, head)| {
        path.starts_with("/api/v1/taxon_concepts?page=1")
            && head.contains("x-authentication-token: s3cret\r\n")
    }));
    assert!(!changes.contains("s3cret") && !stderr.contains("s3cret"));
    let index = fs_err::read(sandbox.path("home/species/species.index")).unwrap();
    assert!(!index.windows(6).any(|bytes| bytes == b"s3cret"));
    let (_, answer, _) = run(&sandbox, &["Vulpes vulpes", "--format", "jsonl"], None);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!((&answer["eu"]["annex"], &answer["eu"]["derived"]), (&json!("A"), &json!(false)));
}

#[test]
fn the_token_goes_to_no_server_that_was_not_named() {
    let (other, others) = server(|_, _| ok(&json!({})));
    let to = format!("Location: {other}/api/v1/taxon_concepts\r\n");
    let (site, log) = server(move |path, _| match path.starts_with("/moved") {
        true => with_status("307 Temporary Redirect", &to, ""),
        false => with_status("302 Found", "Location: /moved\r\n", ""),
    });
    let sandbox = Sandbox::new();
    let args = ["update", "--site", &site, "--delay", "0"];
    let (code, _, stderr) = run(&sandbox, &args, Some("s3cret"));
    assert_eq!(code, 2, "{stderr}");
    let expected =
        format!("points to `{other}/api/v1/taxon_concepts`, which is asked only if `--site`");
    assert!(stderr.contains(&expected), "{stderr}");
    assert_eq!((log.lock().unwrap().len(), others.lock().unwrap().len()), (2, 0));
    assert_untouched(&sandbox);
}

#[test]
fn exports_are_read_without_the_network() {
    let sandbox = Sandbox::new();
    let head = "Id,Kingdom,Phylum,Class,Order,Family,Genus,Species,Subspecies,Scientific Name,Author,Rank,Listing,Party,Listed under,Full note,# Full note\n";
    sandbox.write("eu_listings.csv", format!(
        "{head}1,Animalia,Chordata,Mammalia,Carnivora,Canidae,Vulpes,vulpes,,Vulpes vulpes,L.,SPECIES,B,,Vulpes vulpes,All,\n\
         2,Animalia,Chordata,Mammalia,Carnivora,Felidae,Panthera,tigris,,Panthera tigris,L.,SPECIES,A,,Panthera tigris,,\n"));
    sandbox.write("index.csv", "KingdomName,ClassName,OrderName,FamilyName,GenusName,FullName,RankName,CurrentListing,Party\n\
         Animalia,Mammalia,Carnivora,Canidae,Vulpes,Vulpes vulpes,SPECIES,III,IN\n");
    let (code, changes, stderr) = run(
        &sandbox,
        &["update", "eu_listings.csv", "index.csv", "--diff", "--format", "csv"],
        None,
    );
    assert_eq!(code, 0, "{stderr}");
    let lines: Vec<&str> = changes.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "{changes}");
    assert!(lines[0].starts_with("Vulpes vulpes,cites,listed,none,III,"), "{changes}");
    assert!(lines[1].starts_with("Vulpes vulpes,eu,listed,none,B,"), "{changes}");
}

#[test]
fn a_file_that_is_no_export_is_named() {
    let sandbox = Sandbox::new();
    for (bytes, reason) in [
        (&b"a,b\n1,2\n"[..], "neither a listings export of Species+ nor an index of the Checklist"),
        (b"Scientific Name,Listing,Rank,Kingdom\n", "no taxa"),
        (b"Scientific Name,Listing,Rank,Kingdom\nX y,I,GOD,Animalia\n", "line 2 names no taxon"),
        (b"Scientific Name,Listing,Rank,Kingdom\n\xFF,I,SPECIES,Animalia\n", "this is no UTF-8"),
    ] {
        sandbox.write("x.csv", bytes);
        let (code, _, stderr) = run(&sandbox, &["update", "x.csv"], None);
        assert_eq!(stderr, format!("error: x.csv: {reason}\n"));
        assert_eq!(code, 2);
        assert_untouched(&sandbox);
    }
}

#[test]
fn data_that_are_damaged_or_of_another_version_are_named_and_left_alone() {
    let (site, _) = server(|path, _| ok(&checklist(page_of(path), 4)));
    let sandbox = Sandbox::new();
    assert_eq!(update(&sandbox, &site).0, 0);
    let path = sandbox.path("home/species/species.index");
    let whole = fs_err::read(&path).unwrap();
    let cut = whole[..whole.len() / 2].to_vec();
    let mut changed = whole.clone();
    changed[whole.len() / 2] ^= 1;
    let mut older = whole.clone();
    older[8..12].copy_from_slice(&0_u32.to_le_bytes());
    for (bytes, reason) in [
        (cut, "this species index is damaged"),
        (changed, "this species index is damaged"),
        (older, "this species index has version 0; this program reads version"),
        (b"hello".to_vec(), "this is no species index"),
    ] {
        fs_err::write(&path, &bytes).unwrap();
        let (code, answer, stderr) = run(&sandbox, &["Panthera tigris", "--format", "jsonl"], None);
        assert_eq!(code, 0, "{stderr}");
        assert!(answer.contains("\"appendix\":\"I\""), "{answer}");
        assert!(
            stderr.contains(reason) && stderr.contains("the data in the program are used"),
            "{stderr}"
        );
        assert_eq!(fs_err::read(&path).unwrap(), bytes);
    }
}
