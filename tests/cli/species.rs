//! Tests of `pugmark species`.

use serde_json::Value;

use crate::sandbox::Sandbox;

/// The answers to `names`, asked for one by one on stdin.
fn ask(args: &[&str], names: impl AsRef<[u8]>) -> (i32, Vec<Value>, String) {
    let sandbox = Sandbox::new();
    let output = sandbox.pipe(&[&["species", "-"], args].concat(), names);
    let text = String::from_utf8(output.stdout).unwrap();
    let answers = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let stderr = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), answers, stderr)
}

fn one(name: &str) -> Value {
    let (_, mut answers, _) = ask(&["--as-of", "2026-11-25"], name);
    assert_eq!(answers.len(), 1, "{name}");
    answers.remove(0)
}

fn appendix(name: &str) -> String {
    let answer = one(name);
    assert_eq!(answer["found"], true, "{name}: {answer}");
    answer["cites"]["appendix"].as_str().unwrap_or("none").to_owned()
}

#[test]
fn rank_cascade_and_exclusions_decide() {
    for (name, expected) in [
        ("Gorilla gorilla", "I"),
        ("Cebus capucinus", "II"),
        ("Primates", "II"),
        ("Cathartes aura", "none"),
        ("Vultur gryphus", "I"),
        ("Loxodonta africana", "I/II"),
        ("Melopsittacus undulatus", "none"),
        ("Felis catus", "none"),
        ("Mammuthus primigenius", "none"),
    ] {
        assert_eq!(appendix(name), expected, "{name}");
    }
}

#[test]
fn spelling_is_forgiven() {
    for name in [
        "PANTHERA TIGRIS",
        "  panthera   tigris ",
        "Panthera tigris Linnaeus, 1758",
        "Panthera tigirs",
        "Pantera tigris",
        "tigre",
        "Tigers",
    ] {
        let answer = one(name);
        assert_eq!(answer["taxon"]["name"], "Panthera tigris", "{name}: {answer}");
    }
    assert_eq!(one("elephant d’asie")["taxon"]["name"], "Elephas maximus");
    assert_eq!(one("Loewe")["taxon"]["name"], "Panthera leo");
}

#[test]
fn a_slip_is_said_and_a_far_guess_is_only_suggested() {
    let slip = one("Panthera tigirs");
    assert_eq!(slip["match"]["kind"], "fuzzy");
    assert_eq!(slip["match"]["distance"], 1);
    assert_eq!(slip["notes"][0], "read as `Panthera tigris`");
    assert_eq!(one("Gorila gorila")["taxon"]["name"], "Gorilla gorilla");
    assert_eq!(one("Ara macoa")["cites"]["appendix"], "I", "not the genus, which is in II");
    let guess = one("tigr");
    assert_eq!(guess["found"], false);
    assert!(guess["suggestions"].as_array().unwrap().contains(&"tigre".into()), "{guess}");
}

#[test]
fn two_slips_spread_over_genus_and_epithet_are_found_with_their_distance() {
    for (query, name) in [
        ("Loxodonat afrcana", "Loxodonta africana"),
        ("Psitacus eritacus", "Psittacus erithacus"),
        ("Diospyrus perieri", "Diospyros perrieri"),
    ] {
        let found = one(query);
        assert_eq!(found["taxon"]["name"], name, "{query}");
        assert_eq!(found["match"]["distance"], 2, "{query}");
    }
}

#[test]
fn every_word_of_a_name_may_be_a_plural() {
    for (query, name) in [
        ("halcones peregrinos", "Falco peregrinus"),
        ("guacamayos azules y amarillos", "Ara ararauna"),
        ("lynx boréaux", "Lynx lynx"),
        ("faucons pèlerins", "Falco peregrinus"),
        ("blauwgele ara's", "Ara ararauna"),
        ("Hyazinth-Aras", "Anodorhynchus hyacinthinus"),
    ] {
        assert_eq!(one(query)["taxon"]["name"], name, "{query}");
    }
}

#[test]
fn unknown_is_not_the_same_as_not_listed() {
    let sandbox = Sandbox::new();
    let unknown = sandbox.run(&["species", "qwertzuiop", "--format", "jsonl"]);
    assert!(unknown.starts_with("exit 1\n"), "{unknown}");
    assert!(unknown.contains("\"found\":false"), "{unknown}");
    assert!(unknown.contains("no statement that it is not listed"), "{unknown}");
    let unlisted = sandbox.run(&["species", "Cathartes aura", "--format", "jsonl"]);
    assert!(unlisted.starts_with("exit 1\n"), "{unlisted}");
    assert!(unlisted.contains("\"found\":true"), "{unlisted}");
}

#[test]
fn an_unknown_species_of_a_listed_genus_resolves_through_it_and_says_so() {
    let answer = one("Varanus nonexistens");
    assert_eq!(answer["match"]["kind"], "genus");
    assert_eq!(answer["taxon"]["name"], "Varanus");
    assert_eq!(answer["cites"]["appendix"], "II");
    assert!(answer["notes"][0].as_str().unwrap().contains("is not in the data"), "{answer}");
}

#[test]
fn scripts_without_spaces_match_without_guesses() {
    assert_eq!(one("ヨウム")["taxon"]["name"], "Psittacus erithacus");
    assert_eq!(one("老虎")["taxon"]["name"], "Panthera tigris");
    let answer = one("犬犬");
    assert_eq!(
        (answer["found"].clone(), answer["suggestions"].clone()),
        (false.into(), Value::Array(vec![]))
    );
}

#[test]
fn lines_are_answered_in_order_one_by_one() {
    let names: Vec<String> = (0..600)
        .map(|n| if n % 2 == 0 { "Panthera leo".into() } else { format!("no name {n}") })
        .collect();
    let (code, answers, _) = ask(&[], names.join("\r\n"));
    assert_eq!(code, 1);
    let queries: Vec<&str> =
        answers.iter().map(|answer| answer["query"].as_str().unwrap()).collect();
    assert_eq!(queries, names);
}

#[test]
fn all_listed_is_exit_0() {
    assert_eq!(ask(&[], "Panthera leo\nLoxodonta africana\n").0, 0);
}

#[test]
fn empty_stdin_is_said() {
    let (code, answers, stderr) = ask(&[], "");
    assert_eq!((code, answers.len(), stderr.as_str()), (1, 0, "stdin holds no names\n"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_name() {
    let (code, answers, _) = ask(&[], "\u{FEFF}Panthera tigris\n");
    assert_eq!((code, answers[0]["query"].as_str()), (0, Some("Panthera tigris")));
}

#[test]
fn utf_16_is_named_with_a_way_out() {
    let bytes: Vec<u8> = "\u{FEFF}tiger\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (code, answers, stderr) = ask(&[], bytes);
    assert_eq!((code, answers.len()), (2, 0));
    assert_eq!(stderr, "error: stdin is UTF-16\nhint: convert it: iconv -f UTF-16 -t UTF-8\n");
}

#[test]
fn a_latin_1_line_is_named_and_the_rest_is_answered() {
    let (code, answers, stderr) = ask(&[], b"Panthera leo\nL\xF6we\nPanthera tigris\n");
    assert_eq!((code, answers.len()), (3, 3));
    assert_eq!(answers[1]["found"], false);
    assert_eq!(stderr, "warning: stdin:2: not UTF-8\n");
}

#[test]
fn an_endless_line_costs_no_memory_and_is_named() {
    let mut input = vec![b'a'; 3 << 20];
    input.extend(b"\nPanthera leo\n");
    let (code, answers, stderr) = ask(&[], input);
    assert_eq!((code, answers.len()), (3, 2));
    assert_eq!(answers[1]["taxon"]["name"], "Panthera leo");
    assert_eq!(stderr, "warning: stdin:1: too long for a name\n");
}

#[test]
fn a_wrong_day_is_a_usage_error_with_a_hint() {
    let sandbox = Sandbox::new();
    for day in ["2024-02-30", "2024-2-3", "yesterday", "20240101", "2024-01-01T00:00"] {
        let output = sandbox.run(&["species", "Panthera leo", "--as-of", day]);
        let expected = format!(
            "exit 2\n--- stdout\n--- stderr\nerror: `{day}` is no day of the calendar\n\
             hint: write a day as YYYY-MM-DD, for instance 2024-02-29\n"
        );
        assert_eq!(output, expected);
    }
}

#[test]
fn the_law_of_another_day_is_answered() {
    let (_, before, _) = ask(&["--as-of", "2026-03-04"], "Okapia johnstoni");
    let (_, after, _) = ask(&["--as-of", "2026-03-05"], "Okapia johnstoni");
    assert_eq!(before[0]["cites"]["appendix"], Value::Null);
    assert_eq!(after[0]["cites"]["appendix"], "I");
}

#[test]
fn a_name_that_is_also_a_command_is_not_lost() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["species", "--format", "jsonl", "--", "list"]);
    assert!(output.contains("\"query\":\"list\""), "{output}");
}

#[test]
fn several_names_make_a_table() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["species", "--format", "csv", "Panthera leo", "=1+1"]);
    assert!(output.contains("\nPanthera leo,Panthera leo,Felidae,I/II,A/B,"), "{output}");
    assert!(output.contains("\n'=1+1,unknown,,,,"), "{output}");
}

#[test]
fn an_annotation_decides_on_kinds_of_specimen() {
    let sandbox = Sandbox::new();
    for (name, kind, covered) in [
        ("Dalbergia latifolia", "finished musical instrument", "false"),
        ("Dalbergia nigra", "finished musical instrument", "true"),
        ("Aquilaria malaccensis", "seeds", "false"),
        ("Aquilaria malaccensis", "Späne", "true"),
        ("Panthera tigris", "SKI", "true"),
    ] {
        let output = sandbox.run(&["species", name, "--specimen", kind, "--format", "jsonl"]);
        assert!(
            output.contains(&format!("\"covered\":{covered},\"rows\"")),
            "{name} {kind}: {output}"
        );
    }
    let output = sandbox.run(&["species", "Panthera tigris", "--specimen", "hope"]);
    assert!(output.starts_with("exit 2\n"), "{output}");
    assert!(
        output
            .contains("error: `hope` is no kind of specimen that the data know\nhint: kinds are: ")
    );
}

#[test]
fn national_duties_are_added_for_a_country_that_the_data_hold() {
    let sandbox = Sandbox::new();
    for country in ["DE", "de", "Germany", "Allemagne"] {
        let output =
            sandbox.run(&["species", "Testudo hermanni", "--in", country, "--format", "jsonl"]);
        assert!(output.contains("\"duty\":\"transponder\""), "{country}: {output}");
    }
    let unknown = sandbox.run(&["species", "Testudo hermanni", "--in", "Atlantis"]);
    assert_eq!(
        unknown,
        "exit 2\n--- stdout\n--- stderr\nerror: `Atlantis` is no country\n\
         hint: write a code of ISO 3166-1 such as DE, or a name\n"
    );
    let without = sandbox.run(&["species", "Testudo hermanni", "--in", "JP"]);
    assert!(
        without.starts_with(
            "exit 2\n--- stdout\n--- stderr\nerror: no duties of JP are in the data\n"
        )
    );
}

#[test]
fn what_an_annex_means_is_said_in_four_languages() {
    for (language, word) in [
        ("en", "certificate"),
        ("fr", "certificat"),
        ("de", "Bescheinigung"),
        ("nl", "certificaat"),
    ] {
        let (_, answers, _) = ask(&["--lang", language], "Panthera tigris");
        let meaning = answers[0]["eu"]["meaning"].as_str().unwrap();
        assert!(meaning.starts_with("A: ") && meaning.contains(word), "{meaning}");
        assert!(meaning.contains("338/97"), "{meaning}");
    }
}

#[test]
fn rows_are_listed_by_appendix_family_country_and_day() {
    let sandbox = Sandbox::new();
    let lines = |args: &[&str]| {
        let output = sandbox.run(&[&["species", "list", "--format", "jsonl"], args].concat());
        let text = output.split("--- stdout\n").nth(1).unwrap().split("--- stderr").next().unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let cats = lines(&["--appendix", "I", "--family", "Felidae"]);
    assert!(cats.iter().any(|row| row["taxon"] == "Panthera tigris"));
    assert!(cats.iter().all(|row| row["appendix"] == "I" && row["family"] == "Felidae"));
    let indian = lines(&["--country", "India", "--class", "Mammalia"]);
    assert!(indian.iter().any(|row| row["taxon"] == "Canis lupus"), "{indian:?}");
    let today = lines(&["--family", "Giraffidae", "--as-of", "2026-11-25"]);
    let before = lines(&["--family", "Giraffidae", "--as-of", "2019-11-25"]);
    assert!(today.len() > before.len(), "{} {}", today.len(), before.len());
}

#[test]
fn a_list_of_nothing_is_exit_1_and_a_wrong_filter_exit_2() {
    let sandbox = Sandbox::new();
    let none = sandbox.run(&["species", "list", "--annex", "D", "--family", "Felidae"]);
    assert_eq!(none, "exit 1\n--- stdout\n--- stderr\n");
    let wrong = sandbox.run(&["species", "list", "--family", "Felidea"]);
    assert_eq!(
        wrong,
        "exit 2\n--- stdout\n--- stderr\nerror: `Felidea` is no family in the data\n\
         hint: did you mean Felidae?\n"
    );
}

#[test]
fn about_names_sources_and_counts() {
    let sandbox = Sandbox::new();
    let output = sandbox.run(&["species", "about", "--as-of", "2025-07-10", "--format", "jsonl"]);
    assert!(output.starts_with("exit 0\n"), "{output}");
    for part in ["\"licence\":\"CC BY-SA 4.0", "\"group\":\"mammals\"", "\"as_of\":\"2025-07-10\""]
    {
        assert!(output.contains(part), "{part}: {output}");
    }
}

#[test]
fn a_product_answers_with_the_taxa_it_may_come_from() {
    for name in ["Elfenbein", "ivory", "ivoor", "象牙"] {
        let answer = one(name);
        assert_eq!(answer["match"]["kind"], "product", "{name}: {answer}");
        let mut taxa = vec![answer["taxon"]["name"].as_str().unwrap()];
        taxa.extend(
            answer["also"].as_array().unwrap().iter().map(|other| other["name"].as_str().unwrap()),
        );
        assert_eq!(taxa, ["Loxodonta africana", "Elephas maximus"], "{name}");
    }
}

#[test]
fn a_species_under_another_genus_is_pointed_to() {
    let answer = one("Aonyx perspicillata");
    assert_eq!(answer["match"]["kind"], "genus");
    assert_eq!(answer["also"][0]["name"], "Lutrogale perspicillata");
    assert_eq!(answer["also"][0]["appendix"], "I");
    let stranger = one("Foobarus thibetanus");
    assert_eq!(stranger["found"], false);
    assert!(stranger["suggestions"].as_array().unwrap().contains(&"Ursus thibetanus".into()));
}

#[test]
fn pages_for_people_are_as_they_were_read() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden/species");
    let sandbox = Sandbox::new();
    let mut count = 0;
    for entry in fs_err::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().replace('-', " ");
        let args = ["species", &name, "--format", "table", "--as-of", "2026-11-25", "--in", "DE"];
        let output = sandbox.command(&args).env("COLUMNS", "80").output().unwrap();
        let page = String::from_utf8(output.stdout).unwrap();
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{name}: {page}");
        assert_eq!(page, fs_err::read_to_string(&path).unwrap(), "{name}");
        count += 1;
    }
    assert_eq!(count, 7);
}
