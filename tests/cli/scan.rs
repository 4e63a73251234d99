//! Tests of `pugmark scan`.

use std::io::Write;
use std::process::Stdio;

use crate::sandbox::Sandbox;

const IVORY: &str = "Hand-carved elephant ivory netsuke, Schreger lines visible, 42 g";
const DRESS: &str = "Ivory dress with lace, size 38, worn once";

fn records(output: &str) -> Vec<serde_json::Value> {
    output
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

#[test]
fn text_gives_an_object_a_line_and_says_what_counted() {
    let sandbox = Sandbox::new();
    let output = sandbox.pipe(&["scan"], format!("{IVORY}\n\n{DRESS}\n"));
    assert_eq!(output.status.code(), Some(0));
    let records = records(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(records.len(), 2);
    let found = &records[0]["pugmark"];
    assert_eq!(records[0]["line"], 1);
    assert_eq!(records[1]["line"], 3);
    assert_eq!(found["schema"], "pugmark.scan/1");
    assert_eq!(found["verdict"], "flag");
    assert_eq!(found["language"], "en");
    assert_eq!(found["status"]["appendix"], "I");
    assert_eq!(found["status"]["annex"], "A");
    let hit =
        found["hits"].as_array().unwrap().iter().find(|hit| hit["product"] == "ivory").unwrap();
    let (start, end) = (hit["start"].as_u64().unwrap(), hit["end"].as_u64().unwrap());
    let term: String = IVORY.chars().skip(start as usize).take((end - start) as usize).collect();
    assert_eq!(hit["term"], term);
    assert_eq!(records[1]["pugmark"]["verdict"], "clear");
}

#[test]
fn a_json_record_stays_byte_for_byte_and_a_broken_one_is_named() {
    let sandbox = Sandbox::new();
    let good = r#"{"id": 7,  "title":"Ivory\u0020tusk for sale, 900 €","odd":1.50e3}"#;
    sandbox.write("ads.jsonl", format!("{good}\n{{\"title\":\"cut\n{{\"id\":8}}\n"));
    let output = sandbox.command(&["scan", "ads.jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stdout).unwrap();
    let before = good.strip_suffix('}').unwrap();
    assert!(text.starts_with(&format!("{before},\"pugmark\":{{\"schema\"")), "{text}");
    assert_eq!(text.lines().count(), 1);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("ads.jsonl:2: left out: no whole JSON object"), "{stderr}");
    assert!(stderr.contains("ads.jsonl:3: left out: no field holds the text"), "{stderr}");
}

#[test]
fn strict_stops_at_the_first_broken_record() {
    let sandbox = Sandbox::new();
    let output = sandbox.pipe(&["scan", "--strict"], "{\"title\":\"a\"}\n{\"title\n");
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("error: stdin:2: left out"), "{stderr}");
}

#[test]
fn csv_with_a_mark_foreign_names_and_ragged_rows() {
    let sandbox = Sandbox::new();
    let csv =
        format!("\u{FEFF}nr;titel;preis\n1;{IVORY};450,00 €\n2;zu kurz\n3;\"Stuhl\nalt\";5\n");
    sandbox.write("ads.csv", csv);
    let output = sandbox.command(&["scan", "ads.csv", "--format", "csv"]).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("nr,titel,preis,pugmark_score,pugmark_verdict"), "{text}");
    assert!(text.contains("\n1,\"Hand-carved"), "{text}");
    assert!(text.contains("450"), "{text}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("ads.csv:3: left out: 2 cells, but the header has 3"), "{stderr}");
}

#[test]
fn csv_without_a_text_column_is_refused_with_a_hint_and_can_be_mapped() {
    let sandbox = Sandbox::new();
    sandbox.write("ads.csv", format!("nr,inhoud\n1,\"{IVORY}\"\n"));
    insta::assert_snapshot!(sandbox.run(&["scan", "ads.csv"]), @r"
    exit 2
    --- stdout
    --- stderr
    error: ads.csv:1: no column holds the text of the ads; there are: nr, inhoud
    hint: name the column with --map text=COLUMN
    ");
    let output =
        sandbox.command(&["scan", "ads.csv", "--map", "text=inhoud", "--count"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1\n");
}

#[test]
fn other_encodings_are_read() {
    let sandbox = Sandbox::new();
    let text = "Elfenbeinschnitzerei für 450 €, sehr schöne alte Figur\n";
    let wide: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    // 0x80 is the euro sign in Windows-1252, 0xFC and 0xF6 are ü and ö.
    let latin: Vec<u8> = text
        .chars()
        .map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() })
        .collect();
    let mixed = [text.as_bytes(), &latin, text.as_bytes()].concat();
    for (name, bytes, count, said) in [
        ("wide.txt", wide, "1\n", "wide.txt: read as UTF-16LE"),
        ("latin.txt", latin, "1\n", "latin.txt: read as windows-1252"),
        ("mixed.txt", mixed, "3\n", "mixed.txt:2: not UTF-8, read as windows-1252"),
    ] {
        sandbox.write(name, bytes);
        let output = sandbox.command(&["scan", name, "--count"]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), count, "{name}: {stderr}");
        assert!(stderr.contains(said), "{stderr}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn nothing_in_nothing_out() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(&["scan"]), @r"
    exit 1
    --- stdout
    --- stderr
    ");
}

#[test]
fn a_line_of_200_mb_is_left_out_and_the_next_is_read() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["scan", "--count"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let piece = vec![b'x'; 1 << 20];
        for _ in 0..200 {
            stdin.write_all(&piece).unwrap();
        }
        stdin.write_all(format!("\n{IVORY}\n").as_bytes()).unwrap();
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1\n");
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "warning: stdin:1: left out: longer than 16 MiB\n"
    );
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&["scan"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let text = format!("{IVORY}\n").repeat(400);
    let writer = std::thread::spawn(move || drop(stdin.write_all(text.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn one_thread_and_several_give_the_same_bytes() {
    let sandbox = Sandbox::new();
    let text: String = (0..70)
        .map(|n| {
            format!("{{\"id\":{n},\"title\":\"{}\"}}\n", if n % 7 == 0 { IVORY } else { DRESS })
        })
        .collect();
    sandbox.write("ads.jsonl", text);
    let run = |threads: &str| {
        let args = ["scan", "ads.jsonl", "--threads", threads, "--only", "flag"];
        sandbox.command(&args).output().unwrap().stdout
    };
    let one = run("1");
    assert_eq!(one.iter().filter(|byte| **byte == b'\n').count(), 10);
    assert_eq!(one, run("3"));
}

#[test]
fn hostile_text_is_shown_not_obeyed() {
    let sandbox = Sandbox::new();
    let ad = format!("\u{1b}[2J\u{202e}{IVORY} <script>alert(1)</script>");
    let table = sandbox.pipe(&["scan", "--format", "table"], &ad);
    let shown = String::from_utf8(table.stdout).unwrap();
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    let csv = sandbox.pipe(&["scan", "--format", "csv"], format!("=HYPERLINK(\"x\") {IVORY}\n"));
    let shown = String::from_utf8(csv.stdout).unwrap();
    assert!(shown.contains("\"'=HYPERLINK"), "{shown}");
}

#[test]
fn top_count_and_stats_sum_up() {
    let sandbox = Sandbox::new();
    sandbox.write("ads.txt", format!("{DRESS}\n{IVORY}\nOld chair\n"));
    let top = sandbox.command(&["scan", "ads.txt", "--top", "1"]).output().unwrap();
    let top = records(&String::from_utf8(top.stdout).unwrap());
    assert_eq!((top.len(), &top[0]["line"]), (1, &serde_json::json!(2)));
    let stats = sandbox.run(&["scan", "ads.txt", "--stats", "--format", "csv"]);
    assert!(stats.contains("ads,read,3\n"), "{stats}");
    assert!(stats.contains("verdict,flag,1\n"), "{stats}");
    let clear = sandbox.run(&["scan", "ads.txt", "--count", "--only", "clear"]);
    assert!(clear.contains("\n2\n"), "{clear}");
}

#[test]
fn an_ad_is_explained_by_its_id() {
    let sandbox = Sandbox::new();
    sandbox.write("ads.jsonl", format!("{{\"id\":\"a1\",\"title\":\"{IVORY}\"}}\n"));
    let output = sandbox.run(&["scan", "ads.jsonl", "--explain", "a1"]);
    assert!(output.starts_with("exit 0\n--- stdout\nscore "), "{output}");
    assert!(output.contains("Loxodonta africana: CITES I/II, EU A/B"), "{output}");
    let missing = sandbox.run(&["scan", "ads.jsonl", "--explain", "b2"]);
    assert!(missing.starts_with("exit 2\n"), "{missing}");
    assert!(missing.contains("there is no ad `b2`"), "{missing}");
}

#[test]
fn words_of_ones_own_are_added() {
    let sandbox = Sandbox::new();
    sandbox
        .write("my.csv", "term,kind,refers_to,inflection,weight\nblorx,code,ivory,fixed,strong\n");
    let ad = "blorx bangle for sale, 300 €, 85 grams, WhatsApp only";
    let plain = sandbox.pipe(&["scan", "--count"], ad);
    assert_eq!(plain.status.code(), Some(1));
    let own = sandbox.pipe(&["scan", "--count", "--lexicon", "my.csv"], ad);
    assert_eq!(String::from_utf8(own.stdout).unwrap(), "1\n");
}

#[test]
fn a_name_of_another_language_than_the_words_around_it_says_nothing() {
    for (text, verdict) in [
        ("Tasche aus Leder, Kurt, 80 €", "clear"),
        ("satılık kurt derisi, 500 TL", "flag"),
        ("Сумка кожаная, какие есть цвета, 80 €", "clear"),
        ("Wij proberen deze tas van leer te verkopen, 80 euro", "clear"),
        ("сумка шкіряна, всі кольори, 500 грн", "clear"),
        ("verkaufe phelsuma paar, 60 €", "flag"),
    ] {
        let output = Sandbox::new().pipe(&["scan"], text);
        let found = records(&String::from_utf8(output.stdout).unwrap());
        assert_eq!(found[0]["pugmark"]["verdict"], verdict, "{text}: {found:?}");
    }
}

#[test]
fn what_an_ad_says_it_has_not_is_no_claim() {
    let ad = r#"{"title":"Perroquet gris du Gabon","text":"sans CITES, pas de bague, 400 euros"}"#;
    let output = Sandbox::new().pipe(&["scan", "--from", "jsonl"], format!("{ad}\n"));
    let claims =
        records(&String::from_utf8(output.stdout).unwrap())[0]["pugmark"]["claims"].clone();
    let claims = claims.as_array().unwrap();
    assert!(
        claims.len() == 2 && claims.iter().all(|claim| claim["kind"] == "no-papers"),
        "{claims:?}"
    );
}

#[test]
fn verdicts_follow_the_law_and_the_way_people_write() {
    let cases = [
        // Hybrids count to the fourth generation.
        ("flag", "Savannah F2 Kitten abzugeben, 2500 €"),
        ("clear", "Savannah F6 Kitten abzugeben, 900 €"),
        ("flag", "Wolfhund F3 Welpen, 900 €"),
        // Lines that only ivory has; those of mammoths look alike.
        ("flag", "Statuette en os ancienne, stries de Schreger visibles, 250 €"),
        ("review", "Statuette os de mammouth, stries de Schreger visibles, 250 €"),
        ("clear", "Mammoth ivory pendant, $80"),
        // Real fur, no print.
        ("flag", "Leopardenmantel, echter Leopard, 60er Jahre, 300 €"),
        ("clear", "Leopard Print Mantel, Kunstfell, 30 €"),
        // An offer that holds a word of asking.
        ("flag", "glasaal te koop, per kilo, 300 €"),
        ("clear", "te koop gevraagd: griekse landschildpad"),
        // The name of a kept animal and a price.
        ("flag", "groene leguaan 75 €"),
        ("clear", "leguaan terrarium zonder dier 75 €"),
        // Work and material.
        ("flag", "Elfenbein, Netsuke signiert, 300 €"),
        ("clear", "puzzle ball plastic, ivory colour, £6"),
        // Clothes by their colour.
        ("clear", "feestjurk ivoor, nieuw met certificaat, 40 €"),
    ];
    let ads: String = cases.iter().map(|(_, ad)| format!("{ad}\n")).collect();
    let output = Sandbox::new().pipe(&["scan"], ads);
    let found = records(&String::from_utf8(output.stdout).unwrap());
    assert_eq!(found.len(), cases.len());
    for ((verdict, ad), record) in cases.iter().zip(&found) {
        assert_eq!(record["pugmark"]["verdict"], *verdict, "{ad}: {}", record["pugmark"]);
    }
}
