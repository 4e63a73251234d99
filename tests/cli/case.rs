//! `case import` and `case summary`: the ledger, the figures, the reports.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Seven scan records: five flagged (two of them one offer), one to review, one clear.
const SCAN: &str = include_str!("fixtures/case/scan.jsonl");

/// A sandbox with a case that has `scan` imported.
fn case_with(scan: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("scan.jsonl", scan);
    let made = sandbox.run(&["case", "new", "case", "--title", "Ivory and parrots"]);
    assert!(made.starts_with("exit 0"), "{made}");
    let imported = sandbox.run(&["case", "import", "case", "scan.jsonl"]);
    assert!(imported.starts_with("exit 0"), "{imported}");
    sandbox
}

fn summary(sandbox: &Sandbox, args: &[&str]) -> Value {
    let all = [&["case", "summary", "case", "--format", "json"], args].concat();
    let output = sandbox.pipe(&all, "");
    assert!(output.status.success(), "{}", sandbox.show(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn read(sandbox: &Sandbox, name: &str) -> String {
    fs_err::read_to_string(sandbox.path(name)).unwrap()
}

/// A scan record like the fixture's first, with other text fields.
fn hostile(id: usize, text: &str) -> String {
    let mut record: Value = serde_json::from_str(SCAN.lines().next().unwrap()).unwrap();
    for field in ["title", "description", "seller", "platform", "url", "location"] {
        record[field] = Value::from(text);
    }
    record["id"] = Value::from(format!("{id}{text}"));
    record["pugmark"]["reasons"] = Value::from(vec![text]);
    record["pugmark"]["claims"] = serde_json::json!([{ "kind": text, "text": text }]);
    record["pugmark"]["status"]["taxa"][0]["name"] = Value::from(text);
    record["pugmark"]["price"]["currency"] = Value::from(text);
    record.to_string()
}

#[test]
fn the_summary_of_a_known_case_for_a_terminal_of_80_columns() {
    let sandbox = case_with(SCAN);
    let args = ["case", "summary", "case", "--format", "table"];
    let output = sandbox.command(&args).env("COLUMNS", "80").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (figures, dates) = text.split_at(text.find("Counted:").unwrap());
    assert!(dates.starts_with("Counted: verdict flag. Law as of 20"), "{dates}");
    insta::assert_snapshot!(figures);
}

#[test]
fn totals_count_a_repeated_offer_once_and_leave_out_what_has_no_rate() {
    let sandbox = case_with(SCAN);
    let rates = "currency,rate,date,source\nGBP,0.8,2026-10-01,a bank\n";
    sandbox.write("rates.csv", rates);
    let summary = summary(&sandbox, &["--rates", "rates.csv"]);
    assert_eq!(summary["rates_date"], "2026-10-01");
    assert_eq!(summary["rates_source"], "a bank");
    let totals = &summary["totals"];
    assert_eq!(totals["ads"], 5);
    assert_eq!(totals["unique_ads"], 4);
    assert_eq!(totals["specimens"], 1 + 1 + 3 + 2);
    assert_eq!(totals["specimens_assumed"], 1);
    assert_eq!(totals["value_eur"], 400.0 / 0.8 + 900.0);
    assert_eq!(totals["median_eur"], 700.0);
    assert_eq!(totals["without_price"], 1);
    assert_eq!(totals["without_rate"], 1);
    assert_eq!(totals["sellers"], 4);
    assert_eq!(totals["removal_rate"], Value::Null);
}

#[test]
fn a_country_is_never_guessed_and_an_ambiguous_date_is_not_read() {
    let summary = summary(&case_with(SCAN), &[]);
    let keys = |list: &str| -> Vec<String> {
        let figures = summary[list].as_array().unwrap();
        figures.iter().map(|figure| figure["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys("by_country"), ["DE", "GB", "unknown"]);
    assert_eq!(keys("by_week"), ["2026-W41", "2026-W42", "2026-W44", "unknown"]);
    assert_eq!(keys("by_taxon"), ["Elephantidae", "Psittacus erithacus", "Testudo hermanni"]);
    assert_eq!(keys("by_appendix"), ["I", "II"]);
    assert_eq!(summary["without_rate"], serde_json::json!(["a.example/2"]));
    assert_eq!(summary["merged"][0]["same_offer"], serde_json::json!(["b.example/77"]));
}

#[test]
fn in_every_list_that_divides_the_ads_each_ad_stands_once() {
    let summary = summary(&case_with(SCAN), &["--include", "review"]);
    assert_eq!(summary["totals"]["ads"], 6);
    assert_eq!(summary["thresholds"]["verdicts"], serde_json::json!(["flag", "review"]));
    for list in ["by_country", "by_platform", "by_language", "by_appendix", "by_annex", "by_week"] {
        let figures = summary[list].as_array().unwrap();
        let mut ids: Vec<&str> = figures
            .iter()
            .flat_map(|figure| figure["ad_ids"].as_array().unwrap())
            .map(|id| id.as_str().unwrap())
            .collect();
        ids.sort_unstable();
        let all = [
            "a.example/1",
            "a.example/2",
            "a.example/4",
            "b.example/77",
            "b.example/78",
            "b.example/79",
        ];
        assert_eq!(ids, all, "{list}");
        let ads: u64 = figures.iter().map(|figure| figure["ads"].as_u64().unwrap()).sum();
        assert_eq!(ads, 6, "{list}");
    }
}

#[test]
fn importing_again_changes_nothing() {
    let sandbox = case_with(SCAN);
    let before = read(&sandbox, "case/ads.jsonl");
    insta::assert_snapshot!(sandbox.run(&["case", "import", "case", "scan.jsonl"]), @"
    exit 0
    --- stdout
    --- stderr
    scan.jsonl: 0 new, 0 changed, 7 known; the ledger has 7 ads.
    ");
    assert_eq!(read(&sandbox, "case/ads.jsonl"), before);
}

#[test]
fn two_imports_at_once_both_arrive_and_the_log_stays_whole() {
    let sandbox = case_with("");
    let many = |platform: &str| -> String {
        let line = SCAN.lines().next().unwrap().replace("a.example", platform);
        (0..200)
            .map(|id| line.replace("\"id\": \"1\"", &format!("\"id\": \"{id}\"")) + "\n")
            .collect()
    };
    let children: Vec<_> = ["left.example", "right.example"]
        .into_iter()
        .map(|platform| {
            let name = format!("{platform}.jsonl");
            sandbox.write(&name, many(platform));
            let mut command = sandbox.command(&["-q", "case", "import", "case", &name]);
            command.stdin(Stdio::null()).spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(read(&sandbox, "case/ads.jsonl").lines().count(), 400);
    let log = pugmark::evidence::Store::open(&sandbox.path("case")).unwrap().log().unwrap();
    assert_eq!(log.faults, []);
}

#[test]
fn a_day_is_written_in_one_way_and_one_that_is_over_is_told_of() {
    let sandbox = Sandbox::new();
    let new =
        |until: &str| sandbox.run(&["case", "new", until, "--title", "T", "--retain-until", until]);
    let refused = new("31.12.2027");
    assert!(refused.starts_with("exit 2\n"), "{refused}");
    assert!(refused.contains("write a day as YYYY-MM-DD, for instance"), "{refused}");
    let warning = "warning: 2020-01-31, until which persons' data are kept, is over";
    assert!(new("2020-01-31").contains(warning));
    assert!(!new("2999-01-31").contains("warning"));
}

#[test]
fn a_scan_is_taken_into_the_case_one_stands_in() {
    let sandbox = case_with(SCAN);
    let other = SCAN.lines().next().unwrap().replace("\"id\": \"", "\"id\": \"9");
    sandbox.write("case/new.jsonl", other);
    let inside = |args: &[&str]| {
        let output = sandbox.command(args).current_dir(sandbox.path("case")).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = inside(&["case", "import", "new.jsonl"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("new.jsonl: 1 new, 0 changed, 0 known"), "{said}");
    let (code, said) = inside(&["case", "import", "nowhere.jsonl"]);
    assert!(code == 2 && said.contains("`nowhere.jsonl` is no case folder"), "{said}");
    let outside = sandbox.run(&["case", "import", "case/new.jsonl"]);
    assert!(outside.contains("error: no case folder was named"), "{outside}");
}

#[test]
fn records_that_were_not_scanned_are_refused_with_what_to_do() {
    let sandbox = case_with(SCAN);
    sandbox.write("dump.jsonl", "{\"id\":1,\"title\":\"ivory\"}\n");
    insta::assert_snapshot!(sandbox.run(&["case", "import", "case", "dump.jsonl"]), @"
    exit 2
    --- stdout
    --- stderr
    warning: dump.jsonl:1: no `pugmark` object: the record was not scanned; left out
    error: dump.jsonl: no record has a `pugmark` object, so none was scanned
    hint: run `pugmark scan` first: pugmark scan FILE --format jsonl | pugmark case import CASE
    ");
}

#[test]
fn a_scan_of_another_version_is_refused_with_what_to_do() {
    let sandbox = case_with(SCAN);
    let before = read(&sandbox, "case/ads.jsonl");
    sandbox.write("new.jsonl", SCAN.replace("pugmark.scan/1", "pugmark.scan/9"));
    insta::assert_snapshot!(sandbox.run(&["case", "import", "case", "new.jsonl"]), @"
    exit 2
    --- stdout
    --- stderr
    error: new.jsonl:1: the record is of version `pugmark.scan/9`, and this program reads `pugmark.scan/1`
    hint: scan the ads again with this version of pugmark, then import that
    ");
    assert_eq!(read(&sandbox, "case/ads.jsonl"), before);
}

#[test]
fn bad_lines_among_good_ones_are_named_and_the_rest_is_kept() {
    let sandbox = case_with("");
    let half = &SCAN.lines().next().unwrap()[..100];
    sandbox.write("cut.jsonl", format!("{half}\n{SCAN}[1,2]\n"));
    let output = sandbox.run(&["case", "import", "case", "cut.jsonl"]);
    assert!(output.starts_with("exit 3\n"), "{output}");
    assert!(output.contains("cut.jsonl:1: not a JSON object of a scan"), "{output}");
    assert!(output.contains("cut.jsonl:9: not a JSON object of a scan"), "{output}");
    assert!(output.contains("cut.jsonl: 7 new, 0 changed, 0 known"), "{output}");
}

#[test]
fn a_case_without_ads_has_no_summary() {
    insta::assert_snapshot!(case_with("").run(&["case", "summary", "case"]), @"
    exit 2
    --- stdout
    --- stderr
    error: the ledger of `case` has no ads
    hint: import some: pugmark scan FILE | pugmark case import CASE
    ");
}

#[cfg(feature = "pdf")]
#[test]
fn pdf_is_pdf_a_in_four_languages_and_loads_nothing() {
    let sandbox = case_with(SCAN);
    for language in ["en", "fr", "de", "nl"] {
        let name = format!("{language}.pdf");
        let output = sandbox.run(&["case", "summary", "case", "--pdf", &name, "--lang", language]);
        assert!(output.starts_with("exit 0"), "{output}");
        let bytes = fs_err::read(sandbox.path(&name)).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"), "{name}");
        let text = String::from_utf8_lossy(&bytes);
        for part in ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>B</pdfaid:conformance>"] {
            assert!(text.contains(part), "{part}");
        }
        for forbidden in ["/JavaScript", "/Launch", "/EmbeddedFile", "/Encrypt", "/LZWDecode"] {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
    }
}

#[cfg(not(feature = "pdf"))]
#[test]
fn pdf_is_refused_with_the_way_out() {
    insta::assert_snapshot!(case_with(SCAN).run(&["case", "summary", "case", "--pdf", "r.pdf"]), @"
    exit 2
    --- stdout
    --- stderr
    error: this build of pugmark writes no PDF
    hint: use a released package or `cargo build --release --features pdf`; or write `--html report.html`, open it in a browser and print it
    ");
}

#[test]
fn the_page_asks_for_nothing_and_every_figure_leads_to_its_ads() {
    let sandbox = case_with(SCAN);
    assert!(sandbox.run(&["case", "summary", "case", "--html", "r.html"]).starts_with("exit 0"));
    let page = read(&sandbox, "r.html");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "no policy");
    for outside in ["src=", "@import", "url(", "<link", "<iframe", "<img"] {
        assert!(!page.contains(outside), "{outside}");
    }
    let anchors = |start: &str| -> Vec<String> {
        let parts = page.split(start).skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = anchors(" id=\"");
    let targets = anchors("href=\"#");
    assert!(targets.len() > 40, "{}", targets.len());
    for target in targets {
        assert!(ids.contains(&target), "#{target} leads nowhere");
    }
}

#[test]
fn the_page_comes_in_four_languages() {
    let sandbox = case_with(SCAN);
    for (language, word) in [
        ("en", "Asking value"),
        ("fr", "Valeur demandée"),
        ("de", "Geforderter Wert"),
        ("nl", "Vraagprijs samen"),
    ] {
        let args = ["case", "summary", "case", "--lang", language, "--html", "r.html"];
        assert!(sandbox.run(&args).starts_with("exit 0"));
        let page = read(&sandbox, "r.html");
        assert!(
            page.contains(word) && page.contains(&format!("<html lang=\"{language}\"")),
            "{language}"
        );
    }
}

#[test]
fn hostile_ads_are_harmless_in_every_output() {
    let texts = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "=HYPERLINK(\"http://evil.example\")",
        "+1+1",
        "@SUM(A1)",
        "\u{1b}]0;owned\u{7}\u{1b}[2J",
        "a\u{202e}txt.exe",
        "](javascript:alert(1)) ![x](http://evil.example/x.png)",
        "</style><style>*{display:none}",
        "../../etc/passwd",
        "'; DROP TABLE ads; --",
    ];
    let lines: Vec<String> = texts.iter().enumerate().map(|(id, text)| hostile(id, text)).collect();
    let sandbox = case_with(&(lines.join("\n") + "\n"));
    let files = ["--html", "r.html", "--md", "r.md", "--csv", "r.csv", "--json", "r.json"];
    let done = sandbox.run(&[&["case", "summary", "case"], files.as_slice()].concat());
    assert!(done.starts_with("exit 0"), "{done}");

    let page = read(&sandbox, "r.html");
    assert_eq!(page.matches("<script").count(), 1, "a script of a stranger's");
    assert_eq!(page.matches("<style").count(), 1, "a style sheet of a stranger's");
    assert!(!page.contains("<img") && !page.contains("href=\"javascript"), "markup");
    let markdown = read(&sandbox, "r.md");
    assert!(!markdown.contains("<script") && !markdown.contains("://"), "{markdown}");
    for line in csv::Reader::from_reader(read(&sandbox, "r.csv").as_bytes()).records() {
        for cell in &line.unwrap() {
            let number = cell.parse::<f64>().is_ok();
            assert!(number || !cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
    }
    let terminal = sandbox.run(&["case", "summary", "case", "--format", "table"]);
    for text in [&page, &markdown, &terminal] {
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
    }
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    let sandbox = case_with(SCAN);
    for name in ["a", "b"] {
        let (json, csv) = (format!("{name}.json"), format!("{name}.csv"));
        let done = sandbox.run(&["case", "summary", "case", "--json", &json, "--csv", &csv]);
        assert!(done.starts_with("exit 0"), "{done}");
    }
    let without_date = |name: &str| {
        let mut value: Value = serde_json::from_str(&read(&sandbox, name)).unwrap();
        value["made"] = Value::Null;
        value
    };
    assert_eq!(without_date("a.json"), without_date("b.json"));
    assert_eq!(read(&sandbox, "a.csv"), read(&sandbox, "b.csv"));
    assert!(Path::new(&sandbox.path("a.csv")).exists());
}

#[test]
fn links_name_the_network_and_what_joins_nobody() {
    let with_phone = |line: &str, phone: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        record["pugmark"]["contacts"] =
            serde_json::json!([{ "kind": "phone", "value": phone, "text": phone }]);
        record.to_string() + "\n"
    };
    let lines: Vec<&str> = SCAN.lines().collect();
    let scan = with_phone(lines[2], "+441632960001")
        + &with_phone(lines[4], "+441632960001")
        + &with_phone(lines[3], "+498001");
    let sandbox = case_with(&scan);
    insta::assert_snapshot!(sandbox.run(&["case", "links", "case", "--format", "table", "--graphml", "g.xml"]), @"
    exit 0
    --- stdout
    N1  2 accounts, 2 ads, EUR 900, 2026-10-14 to 2026-10-14
        1   a.example/tom  (key account)
        2   b.example/vogelfreund
        1–2     phone   +441632960001  0.90

    --- stderr
    Wrote g.xml.
    ");
    assert!(read(&sandbox, "g.xml").contains("<data key=\"account\">a.example/tom</data>"));
    for language in ["en", "fr", "de", "nl"] {
        let args = ["case", "links", "case", "--lang", language, "--html", "l.html"];
        assert!(sandbox.run(&args).starts_with("exit 0\n"));
        let page = read(&sandbox, "l.html");
        assert!(page.contains("default-src 'none'") && page.contains("b.example/vogelfreund"));
        assert!(page.contains(&format!("<html lang=\"{language}\"")));
    }
    let alone = case_with(&(lines[3].to_owned() + "\n"));
    insta::assert_snapshot!(alone.run(&["case", "links", "case", "--format", "table"]), @r"
    exit 1
    --- stdout
    --- stderr
    No accounts belong together: they share no contact, payment, photo or text.
    ");
}

#[test]
fn a_case_is_the_one_that_is_named_else_the_one_of_the_environment_or_where_one_stands() {
    let sandbox = case_with(SCAN);
    let named = sandbox.run(&["case", "summary", "case", "--format", "table"]);
    let bare = ["case", "summary", "--format", "table"];
    assert!(named.starts_with("exit 0"), "{named}");
    let by_name = sandbox.command(&bare).env("PUGMARK_CASE", "case").output();
    assert_eq!(sandbox.show(&by_name.unwrap()), named);
    let inside = sandbox.path("case/items");
    let where_one_stands = sandbox.command(&bare).current_dir(inside).output();
    assert_eq!(sandbox.show(&where_one_stands.unwrap()), named);
    let astray = sandbox.run(&bare);
    assert!(
        astray.contains("hint: name its folder, set PUGMARK_CASE to it, or work inside of it"),
        "{astray}"
    );
}

#[test]
fn what_is_no_scan_output_is_left_out_and_one_is_told_what_import_reads() {
    let sandbox = case_with(SCAN);
    sandbox.write("ads.csv", b"Titel;Preis\r\nElfenbein f\xfcr K\xf6ln;450\r\n");
    insta::assert_snapshot!(sandbox.run(&["case", "import", "case", "ads.csv"]), @r"
    exit 3
    --- stdout
    --- stderr
    warning: ads.csv:1: not a JSON object of a scan: expected value at line 1 column 1; left out
    warning: ads.csv:2: not UTF-8; left out
    ads.csv: 0 new, 0 changed, 0 known; the ledger has 7 ads.
    `case import` reads what `pugmark scan FILE --format jsonl` writes.
    ");
    insta::assert_snapshot!(sandbox.run(&["evidence", "add", "--case", "case", "nowhere.jpg"]), @r"
    exit 2
    --- stdout
    --- stderr
    error: there is no file or folder `nowhere.jpg`
    ");
}

#[test]
fn what_is_there_already_is_not_overwritten_and_one_is_told_what_to_do() {
    let sandbox = case_with(SCAN);
    sandbox.write("there.csv", "mine");
    for command in [
        "case export case --as csv --out there.csv",
        "case review case --to there.csv",
        "case redact case --out there.csv --log log.csv",
        "keys export --output there.csv",
    ] {
        let args: Vec<_> = command.split(' ').collect();
        let said = sandbox.run(&args);
        assert!(
            said.starts_with("exit 2")
                && said.contains("error: `there.csv` exists already and is not overwritten\n")
                && said.contains("\nhint: choose another name or folder, or move it away first"),
            "{command}: {said}"
        );
    }
    assert_eq!(read(&sandbox, "there.csv"), "mine");
}

#[test]
fn a_table_of_rates_that_is_none_is_refused_by_line() {
    let sandbox = case_with(SCAN);
    sandbox.write("rates.csv", "currency,rate,date,source\nGBP,much,2026-10-01,a bank\n");
    let output = sandbox.run(&["case", "summary", "case", "--rates", "rates.csv"]);
    assert!(output.starts_with("exit 2\n"), "{output}");
    assert!(output.contains("error: rates.csv:2: `much` is no rate\n"), "{output}");
    sandbox.write("rates.csv", "currency,rate\nGBP,0.9\n");
    let output = sandbox.run(&["case", "summary", "case", "--rates", "rates.csv"]);
    assert!(output.contains("error: rates.csv:1: no column `date`; a table"), "{output}");
}

#[test]
fn a_persons_decision_goes_before_the_scans() {
    let sandbox = case_with(SCAN);
    let out = sandbox.run(&["case", "review", "case", "--to", "review.csv"]);
    assert!(out.starts_with("exit 0\n") && out.contains("Wrote 6 ads"), "{out}");
    let rows = read(&sandbox, "review.csv");
    assert!(rows.starts_with("\u{feff}ad_id,decision,note,"), "{rows}");
    sandbox.write(
        "filled.csv",
        "ad_id,decision,note\nb.example/78,reject,a hybrid that is not listed\na.example/4,confirm,\na.example/2,unsure,\na.example/1,,\n",
    );
    assert!(
        sandbox.run(&["case", "review", "case", "--csv", "filled.csv"]).starts_with("exit 0\n")
    );
    let summary = summary(&sandbox, &[]);
    let ids: Vec<&str> = summary["by_platform"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|figure| figure["ad_ids"].as_array().unwrap())
        .map(|id| id.as_str().unwrap())
        .collect();
    assert!(ids.contains(&"a.example/4") && !ids.contains(&"b.example/78"), "{ids:?}");
    assert_eq!(summary["looked_at"]["confirmed"], 1);
    assert_eq!(summary["looked_at"]["rejected"], 1);
    assert_eq!(summary["looked_at"]["open"], 0);
    let export = ["case", "export", "case", "--as", "labels", "--out", "labels.jsonl"];
    let output = sandbox.run(&export);
    assert!(output.starts_with("exit 0\n") && output.contains("Wrote 2 ads"), "{output}");
    let labels: Vec<Value> = read(&sandbox, "labels.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let labels: Vec<(&str, bool)> = labels
        .iter()
        .map(|one| (one["id"].as_str().unwrap(), one["listed"].as_bool().unwrap()))
        .collect();
    assert_eq!(labels, [("b.example/78", false), ("a.example/4", true)]);
    let verified = sandbox.run(&["evidence", "verify", "case"]);
    assert!(verified.starts_with("exit 0\n"), "{verified}");
    let again = sandbox.run(&["case", "review", "case", "--to", "rest.csv"]);
    assert!(again.contains("Wrote 4 ads"), "{again}");
}

#[test]
fn a_decision_that_cannot_be_taken_is_named_and_the_others_are_kept() {
    let sandbox = case_with(SCAN);
    sandbox.write(
        "filled.csv",
        "ad_id;decision;note\na.example/1;confirm;\nnowhere/9;confirm;\na.example/2;perhaps;\n",
    );
    insta::assert_snapshot!(sandbox.run(&["case", "review", "case", "--csv", "filled.csv"]), @"
    exit 3
    --- stdout
    --- stderr
    warning: filled.csv:3: the ledger has no ad `nowhere/9`; left out
    warning: filled.csv:4: `perhaps` is not confirm, reject or unsure; left out
    1 decision kept.
    ");
    sandbox.write("other.csv", "number,decision\n1,confirm\n");
    insta::assert_snapshot!(sandbox.run(&["case", "review", "case", "--csv", "other.csv"]), @"
    exit 2
    --- stdout
    --- stderr
    error: other.csv:1: no column `ad_id`
    hint: `pugmark case review CASE --to FILE` writes a table to fill in
    ");
    insta::assert_snapshot!(sandbox.run(&["case", "review", "case"]), @"
    exit 2
    --- stdout
    --- stderr
    error: there is no terminal to ask on
    hint: use --to FILE and --csv FILE
    ");
}
