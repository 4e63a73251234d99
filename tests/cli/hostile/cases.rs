//! The attacks, one a line: what it attacks, which way it comes, its bytes.

use std::io::Write;

use super::{Case, Way, case};

const ESCAPE: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}\u{200b}\u{9b}31m";

/// All of them.
pub(super) fn all() -> Vec<Case> {
    [ads(), floods(), names(),
        lists(),
        records(),
        answers(),
        addresses(),
        file_names(),
        folders(),
        homes(),
        arguments(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn json(field: &str, value: &str) -> String {
    format!("{}\n", serde_json::json!({"id": "1", "title": "ivory netsuke", field: value}))
}

/// Dumps of ads.
fn ads() -> Vec<Case> {
    let scan = Way::Scan;
    let deep = |open: &str, close: &str, times| [open.repeat(times), close.repeat(times)].concat();
    vec![
        case("terminal: escape codes in a text ad", scan("a.txt"), format!("ivory {ESCAPE} netsuke\n")),
        case("terminal: escape codes in a JSON title", scan("a.jsonl"), json("title", &format!("ivory {ESCAPE}"))),
        case("terminal: escape codes in an id", scan("a.jsonl"), json("id", ESCAPE)),
        case("terminal: escape codes in a broken record, which is quoted", scan("a.jsonl"), format!("{{\"title\": {ESCAPE}}}\n")),
        case("terminal: escape codes in a CSV header", scan("a.csv"), format!("id,title,{ESCAPE}\n1,ivory,x\n")),
        case("terminal: bidirectional marks around a price", scan("a.jsonl"), json("price", "\u{202e}054\u{202c} EUR")),
        case("terminal: tag characters that nobody sees", scan("a.txt"), "ivory \u{e0041}\u{e0042}\u{e007f}\n"),
        case("spreadsheet: a formula as a title", scan("a.csv"), "id,title,text\n1,=cmd|'/c calc'!A1,ivory\n"),
        case("spreadsheet: a formula behind a line end", scan("a.csv"), "id,title\n1,\"ivory\n=1+1\"\n"),
        case("spreadsheet: full-width signs", scan("a.jsonl"), json("title", "＝1+1 ivory")),
        case("JSON: a hundred thousand brackets", scan("a.jsonl"), deep("[", "]", 100_000)),
        case("JSON: a hundred thousand objects in objects", scan("a.jsonl"), deep("{\"a\":", "}", 100_000)),
        case("JSON: depth inside a field that is ignored", scan("a.jsonl"), format!("{{\"title\":\"ivory\",\"x\":{}}}\n", deep("[", "]", 10_000))),
        case("JSON: the same key twice", scan("a.jsonl"), "{\"title\":\"ivory\",\"title\":\"dress\"}\n"),
        case("JSON: a key `pugmark` that lies", scan("a.jsonl"), "{\"title\":\"ivory\",\"pugmark\":{\"score\":0,\"verdict\":\"clear\"}}\n"),
        case("JSON: half a surrogate pair", scan("a.jsonl"), "{\"title\":\"ivory \\ud800\"}\n"),
        case("JSON: a number of 100,000 digits as a price", scan("a.jsonl"), format!("{{\"title\":\"ivory\",\"price\":{}}}\n", "9".repeat(100_000))),
        case("JSON: exponents beyond floating point", scan("a.jsonl"), "{\"title\":\"ivory\",\"price\":1e999999}\n"),
        case("JSON: a price that is an object", scan("a.jsonl"), "{\"title\":\"ivory\",\"price\":{\"a\":[1]}}\n"),
        case("JSON: null bytes in strings", scan("a.jsonl"), "{\"title\":\"ivory\\u0000netsuke\"}\n"),
        case("JSON: a raw null byte", scan("a.jsonl"), b"{\"title\":\"ivory\0\"}\n"),
        case("JSON: a bare word", scan("a.jsonl"), "NaN\nInfinity\n"),
        case("JSON: ten thousand keys", scan("a.jsonl"), format!("{{{}\"title\":\"ivory\"}}\n", (0..10_000).map(|n| format!("\"k{n}\":1,")).collect::<String>())),
        case("JSON: a key of one megabyte", scan("a.jsonl"), format!("{{\"{}\":1}}\n", "k".repeat(1 << 17))),
        case("JSON: an array instead of lines", scan("a.json"), "[{\"title\":\"ivory\"}]"),
        case("JSON: cut in the middle", scan("a.jsonl"), "{\"title\":\"ivory\"}\n{\"title\":\"iv"),
        case("JSON: a byte order mark before every line", scan("a.jsonl"), "\u{feff}{\"title\":\"ivory\"}\n\u{feff}{\"title\":\"ivory\"}\n"),
        case("CSV: a quote that never closes", scan("a.csv"), format!("id,title\n1,\"ivory{}", "\nx".repeat(100_000))),
        case("CSV: a quote inside a word", scan("a.csv"), "id,title\n1,iv\"ory\n2,\"a\"b\"\n"),
        case("CSV: a hundred thousand columns", scan("a.csv"), format!("title{}\nivory{}\n", ",x".repeat(100_000), ",y".repeat(100_000))),
        case("CSV: a row with more cells than heads", scan("a.csv"), format!("id,title\n1,ivory{}\n", ",x".repeat(10_000))),
        case("CSV: the same head twice", scan("a.csv"), "title,title\nivory,dress\n"),
        case("CSV: an empty header", scan("a.csv"), ",,\n1,2,3\n"),
        case("CSV: only a header", scan("a.csv"), "id,title\n"),
        case("CSV: only line ends", scan("a.csv"), "\r\n".repeat(10_000)),
        case("CSV: carriage returns as line ends", scan("a.csv"), "id,title\r1,ivory\r2,netsuke\r"),
        case("CSV: null bytes between letters (UTF-16 without a mark)", scan("a.csv"), "i\0d\0,\0t\0i\0t\0l\0e\0\n\0"),
        case("encoding: UTF-16 cut in half a letter", scan("a.txt"), b"\xff\xfei\0v\0o"),
        case("encoding: overlong UTF-8", scan("a.txt"), b"ivory \xc0\xaf\xe0\x80\xaf\xf8\x88\x80\x80\x80\n"),
        case("encoding: bytes that no encoding has", scan("a.txt"), (0..=255).collect::<Vec<u8>>()),
        case("encoding: a mark and nothing else", scan("a.txt"), b"\xef\xbb\xbf"),
    ]
}

/// Dumps that ask for memory or time, and files of other kinds.
fn floods() -> Vec<Case> {
    let scan = Way::Scan;
    vec![
        case("memory: one line of 20 MB", scan("a.txt"), "x".repeat(20 << 20)),
        case("memory: one JSON string of 21 MB", scan("a.jsonl"), json("text", &"ivory ".repeat(3_000_000))),
        case("memory: a gzip bomb of 256 MB, packed twice named as text", scan("a.txt.gz"), gzip(&bomb(256))),
        case("memory: a gzip file cut short", scan("a.jsonl.gz"), &gzip(json("title", "ivory").repeat(1_000).as_bytes())[..40]),
        case("memory: gzip with garbage behind", scan("a.jsonl.gz"), [gzip(b"{\"title\":\"ivory\"}\n"), b"garbage".to_vec()].concat()),
        case("time: one word of 18 kB", scan("a.txt"), format!("{}\n", "elfenbein".repeat(1 << 11))),
        case("time: many single letters apart", scan("a.txt"), format!("{}\n", "i v o r y ".repeat(1 << 11))),
        case("time: words that each begin a phrase", scan("a.txt"), format!("{}\n", "rhino ".repeat(2_500))),
        case("time: two thousand combining accents on one letter", scan("a.txt"), format!("ivory e{}\n", "\u{301}".repeat(2_000))),
        case("time: many digits", scan("a.txt"), format!("ivory {} EUR\n", "1".repeat(1 << 13))),
        case("time: dots and commas as a price", scan("a.txt"), format!("ivory {}EUR\n", "1.000,".repeat(2_000))),
        case("time: plus signs and digits as telephone numbers", scan("a.txt"), format!("ivory {}\n", "+49 170 1234567 ".repeat(2_000))),
        case("time: at signs as e-mail addresses", scan("a.txt"), format!("ivory {}\n", "a@".repeat(4_000))),
        case("time: quotes and ampersands as entities", scan("a.txt"), format!("ivory {}\n", "&#x49;&amp".repeat(2_000))),
        case("time: Thai without a space", scan("a.txt"), format!("{}\n", "งาช้าง".repeat(1_000))),
        case("time: Chinese without a space", scan("a.txt"), format!("{}\n", "象牙".repeat(2_500))),
        case("figures: a negative quantity", scan("a.jsonl"), "{\"title\":\"ivory\",\"quantity\":-5,\"price\":-1}\n"),
        case("figures: a quantity beyond 64 bits", scan("a.jsonl"), "{\"title\":\"99999999999999999999999 ivory tusks\",\"quantity\":99999999999999999999999}\n"),
        case("figures: digits of other scripts", scan("a.txt"), "ivory ٤٥٠ € १२३ ₹ ９９９ 円\n"),
        case("format: an HTML page that is called CSV", scan("a.csv"), "<!doctype html><title>ivory</title><p>ivory, 10 EUR"),
        case("format: a PNG that is called text", scan("a.txt"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01"),
        case("format: a Parquet mark and nothing behind", scan("a.parquet"), b"PAR1\xff\xff\xff\x7fPAR1"),
        case("format: a zip that is called JSON lines", scan("a.jsonl"), b"PK\x03\x04\x14\0\0\0"),
        case("format: an e-mail with parts in parts", scan("a.eml"), format!("Subject: ivory\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".repeat(2_000))),
        case("format: HTML with thousands of open tags", scan("a.html"), format!("<p>ivory 10 EUR{}", "<div>".repeat(1_000))),
        case("format: a zstd mark and nothing behind", scan("a.jsonl.zst"), b"\x28\xb5\x2f\xfd\xff\xff\xff"),
    ]
}

/// So many MiB of zeros in few bytes: gzip files may follow each other.
fn bomb(mebibytes: usize) -> Vec<u8> {
    gzip(&vec![b'0'; 1 << 20]).repeat(mebibytes)
}

/// Names to look up.
fn names() -> Vec<Case> {
    let names = || Way::Names;
    vec![
        case("terminal: escape codes in a name", names(), format!("{ESCAPE}\n")),
        case("terminal: escape codes in a name that is nearly known", names(), format!("Panthera{ESCAPE}tigris\n")),
        case("time: a name of a megabyte", names(), "a".repeat(1 << 17)),
        case("time: a name of ten thousand words", names(), "Panthera tigris ".repeat(10_000)),
        case("time: letters that are all edits of each other", names(), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n".repeat(200)),
        case("names: only accents", names(), "\u{301}\u{301}\u{301}\n"),
        case("names: only spaces of all kinds", names(), "\u{a0}\u{2003}\u{3000} \t\n"),
        case("names: a path", names(), "../../etc/passwd\n"),
        case("names: null bytes", names(), b"Panthera\0tigris\n"),
        case("names: bytes that are no UTF-8", names(), b"\xff\xfe\xfd\n\x80\n"),
        case("names: an option", names(), "--help\n-\n"),
        case("names: an SQL sentence", names(), "'; DROP TABLE taxa; --\n"),
        case("names: a regular expression", names(), "(a+)+$\n[[:alpha:]]*\n"),
        case("names: look-alike letters", names(), "Раnthеrа tіgrіs\n"),
    ]
}

/// Word lists, weights, rates, labels and exports.
fn lists() -> Vec<Case> {
    let head = "term,kind,refers_to,inflection,weight,note,source\n";
    let with_words = || Way::Args(&["scan", "--lexicon", "in", "--format", "table", "in"]);
    let check = || Way::Args(&["lexicon", "check", "in", "--format", "table"]);
    let weights = || Way::Args(&["scan", "--weights", "in", "--format", "table", "in"]);
    let eval = || Way::Args(&["scan", "eval", "in", "--format", "table"]);
    let update = || Way::Args(&["species", "update", "in", "--diff", "--format", "table"]);
    let export = "Id,Kingdom,Phylum,Class,Order,Family,Genus,Species,Subspecies,Scientific Name,Author,Rank,Listing,Party,Listed under,Full note,# Full note\n";
    vec![
        case("word list: escape codes in a term", check(), format!("{head}{ESCAPE},product,ivory,,strong,,x\n")),
        case("word list: an empty term that would match everywhere", check(), format!("{head},product,ivory,,strong,,x\n")),
        case("word list: a term of one space", with_words(), format!("{head} ,product,ivory,,strong,,x\n")),
        case("word list: a term of a megabyte", with_words(), format!("{head}{},product,ivory,,strong,,x\n", "a".repeat(1 << 17))),
        case("word list: a product that does not exist", check(), format!("{head}x,product,unobtainium,,strong,,x\n")),
        case("word list: no header", check(), "ivory,product\n"),
        case("word list: a quote that never closes", check(), format!("{head}\"ivory,product\n")),
        case("word list: no UTF-8", check(), b"term,kind\n\xff\xff,product\n"),
        case("weights: not a number", weights(), "feature,points,note\nbase,NaN,\n"),
        case("weights: infinity", weights(), "feature,points,note\nbase,inf,\nprice,-inf,\n"),
        case("weights: limits turned round", weights(), "feature,points,note\nthreshold.flag,0,\nthreshold.review,100,\n"),
        case("weights: a feature with escape codes", weights(), format!("feature,points,note\n{ESCAPE},1,\n")),
        case("labels: no label anywhere", eval(), "{\"title\":\"ivory\"}\n"),
        case("labels: labels that are texts", eval(), "{\"title\":\"ivory\",\"listed\":\"yes\"}\n"),
        case("labels: an empty file", eval(), ""),
        case("labels: escape codes in a category", eval(), format!("{}\n", serde_json::json!({"title": "x", "listed": true, "category": ESCAPE}))),
        case("export: escape codes in a name", update(), format!("{export}1,Animalia,,,,,,,,{ESCAPE},,SPECIES,A,,,,\n")),
        case("export: a listing that does not exist", update(), format!("{export}1,Animalia,,,,,,,,Vulpes vulpes,,SPECIES,Z,,,,\n")),
        case("export: only a header", update(), export),
        case("export: a taxon that is its own parent", update(), format!("{export}1,Animalia,,Felidae,Felidae,Felidae,Felidae,,,Felidae,,FAMILY,A,,,,\n")),
        case("export: five thousand rows of rubbish", update(), format!("{export}{}", "1,Animalia,,,,,,,,Xa xb,,SPECIES,A,,,,\n".repeat(5_000))),
        case("export: no UTF-8", update(), b"Id,Kingdom\n\xff\n"),
    ]
}

/// A scan record with these fields and a finding that holds.
fn record(fields: &str) -> String {
    let finding = r#""pugmark":{"schema":"pugmark.scan/1","score":90,"verdict":"flag","language":"en","hits":[{"term":"ivory","kind":"product","product":"ivory","taxon":null,"language":"en","field":"title","start":0,"end":5,"points":56,"why":"x"}],"status":{"appendix":"I","annex":"A","as_of":"2026-11-25","taxa":[{"name":"Loxodonta africana","class":"Mammalia","order":"Proboscidea","family":"Elephantidae","appendix":"I/II","annex":"A/B"}]},"claims":[],"price":null,"quantity":null,"contacts":[{"kind":"phone","value":"+491701234567","text":"0170 1234567"}],"reasons":["x"]}"#;
    format!("{{{fields},{finding}}}\n")
}

fn field(name: &str, value: &str) -> String {
    let fields =
        serde_json::json!({"platform": "a.example", "id": "1", "title": "ivory", name: value});
    record(fields.to_string().trim_start_matches('{').trim_end_matches('}'))
}

/// Records that a case imports and reports.
fn records() -> Vec<Case> {
    let way = || Way::Case;
    let finding = |part: &str, by: &str| field("seller", "s").replace(part, by);
    vec![
        case("report: a script as a title", way(), field("title", "<script>alert(1)</script>")),
        case("report: a script in an attribute", way(), field("title", "\"><img src=x onerror=\"alert(1)\">")),
        case("report: a script as an address", way(), field("url", "javascript:alert(1)//https://a.example")),
        case("report: a data address", way(), field("url", "data:text/html,<script>alert(1)</script>")),
        case("report: a style that hides the page", way(), field("text", "</style><style>*{display:none}</style>")),
        case("report: an end of a comment and of CDATA", way(), field("title", "--> ]]> </svg> <iframe src=//x>")),
        case("report: escape codes in a seller", way(), field("seller", ESCAPE)),
        case("report: escape codes in a platform", way(), field("platform", ESCAPE)),
        case("report: Markdown that becomes a picture", way(), field("title", "![x](http://evil.example/?c) [a](javascript:b) | a | b")),
        case("spreadsheet: a formula as a seller", way(), field("seller", "=HYPERLINK(\"http://evil.example\")")),
        case("spreadsheet: an at sign as an id", way(), field("id", "@SUM(1+1)*cmd|' /C calc'!A0")),
        case("notice: a line that ends the letter", way(), field("title", "x\n\nYours faithfully,\nthe Minister\n\u{2028}P.S.")),
        case("notice: a platform that is a path", way(), field("platform", "../../../tmp/pwned")),
        case("notice: a platform that is an absolute path", way(), field("platform", "/tmp/pwned")),
        case("notice: a platform with a null byte", way(), field("platform", "a\0b")),
        case("notice: a platform of 10,000 letters", way(), field("platform", &"p".repeat(10_000))),
        case("notice: a platform named like a device", way(), field("platform", "con")),
        case("ledger: two platforms whose names differ in case", way(), [field("platform", "A.example"), field("platform", "a.EXAMPLE")].concat()),
        case("ledger: an id of a megabyte", way(), field("id", &"i".repeat(1 << 17))),
        case("ledger: no fields at all", way(), "{}\n"),
        case("ledger: a record that was not scanned", way(), "{\"id\":\"1\",\"title\":\"ivory\"}\n"),
        case("ledger: a finding of another version", way(), finding("pugmark.scan/1", "pugmark.scan/9")),
        case("ledger: a score beyond 100", way(), finding("\"score\":90", "\"score\":4000000000")),
        case("ledger: a score below 0", way(), finding("\"score\":90", "\"score\":-1")),
        case("ledger: a verdict that does not exist", way(), finding("\"flag\"", "\"guilty\"")),
        case("ledger: an Appendix that does not exist", way(), finding("\"appendix\":\"I\"", "\"appendix\":\"\\u001b[31mIX\"")),
        case("ledger: a taxon with markup", way(), finding("Loxodonta africana", "<b onclick='x'>Loxo</b>")),
        case("ledger: places that turn round", way(), finding("\"start\":0,\"end\":5", "\"start\":99,\"end\":3")),
        case("ledger: a price that is not a number", way(), finding("\"price\":null", "\"price\":{\"amount\":1e308,\"currency\":\"EUR\",\"eur\":1e308}")),
        case("ledger: prices that add up beyond floating point", way(), (0..20).map(|n| field("id", &n.to_string()).replace("\"price\":null", "\"price\":{\"amount\":1e308,\"currency\":\"EUR\",\"eur\":1e308}")).collect::<String>()),
        case("ledger: a quantity that adds up beyond 64 bits", way(), (0..3).map(|n| field("id", &n.to_string()).replace("\"quantity\":null", "\"quantity\":18446744073709551615")).collect::<String>()),
        case("ledger: a date far away", way(), field("date", "99999999-12-31")),
        case("ledger: a date before time", way(), field("date", "-9999-01-01")),
        case("ledger: a country with escape codes", way(), field("country", ESCAPE)),
        case("links: one number in a thousand accounts", way(), (0..1_000).map(|n| record(&format!("\"platform\":\"a.example\",\"id\":\"{n}\",\"seller\":\"s{n}\",\"title\":\"ivory {n}\""))).collect::<String>()),
        case("links: a number with escape codes", way(), finding("+491701234567", "\\u001b[31m+49")),
        case("links: XML in an account", way(), field("seller", "]]><node id=\"x\"/>&lol;")),
        case("links: the same text a thousand times", way(), (0..1_000).map(|n| record(&format!("\"platform\":\"a.example\",\"id\":\"{n}\",\"seller\":\"s{n}\",\"title\":\"ivory\",\"text\":\"{}\"", "carved old elephant tusk on a wooden foot signed by the carver ".repeat(5)))).collect::<String>()),
        case("ledger: depth", way(), format!("{}{}\n", "[".repeat(100_000), "]".repeat(100_000))),
        case("ledger: no UTF-8", way(), b"\xff\xff\xff\n"),
    ]
}

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{head}Connection: close\r\n\r\n").as_bytes(), body].concat()
}

/// What a web server sends.
fn answers() -> Vec<Case> {
    let way = || Way::Answer;
    let html = |body: &str| answer("Content-Type: text/html\r\n", body.as_bytes());
    vec![
        case("answer: a status line that is none", way(), b"\0\0\0\0\r\n\r\n"),
        case("answer: a status of 99999", way(), b"HTTP/1.1 99999 X\r\n\r\n"),
        case("answer: a head without an end", way(), format!("HTTP/1.1 200 OK\r\n{}", "X: y\r\n".repeat(100_000))),
        case("answer: one header of two megabytes", way(), format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "y".repeat(2 << 20))),
        case("answer: two lengths that differ", way(), answer("Content-Length: 1\r\nContent-Length: 9\r\n", b"abc")),
        case("answer: a length and pieces", way(), answer("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", b"3\r\nabc\r\n0\r\n\r\n")),
        case("answer: a piece of endless length", way(), answer("Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\nabc")),
        case("answer: a negative length", way(), answer("Content-Length: -1\r\n", b"abc")),
        case("answer: a length longer than the body", way(), answer("Content-Length: 99999999999\r\n", b"abc")),
        case("answer: escape codes in a header", way(), answer("Content-Type: text/html; \x1b[2J\r\n", b"x")),
        case("answer: escape codes in the reason", way(), b"HTTP/1.1 404 \x1b[2J\x07\r\nContent-Length: 0\r\n\r\n"),
        case("answer: a thousand interim answers", way(), format!("{}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 103 Early\r\n\r\n".repeat(1_000))),
        case("answer: a redirect into a file", way(), b"HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
        case("answer: a redirect with escape codes", way(), b"HTTP/1.1 302 F\r\nLocation: /\x1b[2J\r\nContent-Length: 0\r\n\r\n"),
        case("answer: a redirect to itself", way(), b"HTTP/1.1 302 F\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
        case("answer: a gzip bomb", way(), answer("Content-Encoding: gzip\r\nContent-Type: text/html\r\n", &bomb(64))),
        case("answer: five codings in a row", way(), answer("Content-Encoding: gzip, gzip, gzip, gzip, gzip\r\nContent-Type: text/html\r\n", &gzip(b"x"))),
        case("answer: a coding that does not exist", way(), answer("Content-Encoding: quantum\r\n", b"x")),
        case("page: escape codes in the title", way(), html(&format!("<title>{ESCAPE}</title>"))),
        case("page: a title of two megabytes", way(), html(&format!("<title>{}", "t".repeat(2 << 20)))),
        case("page: ten thousand pictures", way(), html(&(0..10_000) .map(|n| format!("<img src=http://127.0.0.1:1/{n}>")) .collect::<String>())),
        case("page: a frame of itself", way(), html("<iframe src=/></iframe><iframe src=/#a></iframe>")),
        case("page: addresses that are no addresses", way(), html("<img src='http://[::'><img src='//\\evil'><img src='http://a:999999/'><base href='::'>")),
        case("page: a picture whose name leads out", way(), html("<img src='/../../../../tmp/pwned'><link rel=stylesheet href='..%2f..%2fpwned'>")),
        case("page: a hundred thousand open tags", way(), html(&"<b>".repeat(100_000))),
        case("page: a WARC record inside the page", way(), html("\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n")),
        case("page: a set cookie that ends the header", way(), answer("Set-Cookie: a=b\rX: y\r\n", b"x")),
    ]
}

/// Addresses to capture.
fn addresses() -> Vec<Case> {
    let way = || Way::Address;
    vec![
        case("address: a file", way(), "file:///etc/passwd"),
        case("address: another scheme", way(), "gopher://127.0.0.1:25/_HELO"),
        case("address: an option", way(), "--output=/tmp/pwned"),
        case("address: escape codes", way(), format!("http://127.0.0.1:1/{ESCAPE}")),
        case("address: a line end that adds a header", way(), "http://127.0.0.1:1/\r\nHost: evil"),
        case("address: a name and password", way(), "http://a:b@127.0.0.1:1/"),
        case("address: a hundred thousand letters", way(), format!("http://127.0.0.1:1/{}", "a".repeat(100_000))),
        case("address: a path that leads out", way(), "http://127.0.0.1:1/../../../../tmp/pwned"),
    ]
}

/// Names of files that are added.
fn file_names() -> Vec<Case> {
    let way = || Way::FileName;
    vec![
        case("file name: escape codes", way(), "\u{1b}[2J\u{7}.txt"),
        case("file name: a line end, which a manifest would read as two", way(), "a\nb.txt"),
        case("file name: a carriage return", way(), "a\rb.txt"),
        case("file name: bytes that are no UTF-8", way(), b"\xff\xfe.txt"),
        case("file name: percent signs, which BagIt decodes", way(), "%0A%2e%2e%2fpwned"),
        case("file name: a backslash path", way(), "..\\..\\pwned.txt"),
        case("file name: an option", way(), "--help"),
        case("file name: a device", way(), "CON.txt"),
        case("file name: 255 bytes", way(), "n".repeat(255)),
        case("file name: bidirectional marks that turn the extension", way(), "photo\u{202e}gpj.exe"),
        case("file name: only spaces", way(), "   "),
        case("file name: a star and a question mark", way(), "*?<>|\".txt"),
    ]
}

/// Files of a case, replaced.
fn folders() -> Vec<Case> {
    let way = Way::Tampered;
    vec![
        case("case: a record with escape codes", way("case.json"), format!("{{\"title\":\"{}\"}}", "\\u001b[2J")),
        case("case: a record that is empty", way("case.json"), ""),
        case("case: a record of depth", way("case.json"), "[".repeat(100_000)),
        case("case: a log that is empty", way("custody.jsonl"), ""),
        case("case: a log of rubbish with escape codes", way("custody.jsonl"), format!("{ESCAPE}\n{ESCAPE}\n")),
        case("case: a log without a line end", way("custody.jsonl"), "{\"entry\":"),
        case("case: a log of one line of 20 MB", way("custody.jsonl"), "x".repeat(20 << 20)),
        case("case: a head that points elsewhere", way("custody.head"), "{\"entry\":{},\"hash\":\"00\"}"),
        case("case: a key that is none", way("keys/pugmark.pub"), "-----BEGIN PUBLIC KEY-----\n\n-----END PUBLIC KEY-----\n"),
        case("case: a key with escape codes in its name", way("keys/\u{1b}[2J.pub"), "x"),
        case("case: a manifest that leads out", way("items/0001-evidence-txt/manifest-sha256.txt"), format!("{}  data/../../../../../etc/passwd\n{}  /etc/passwd\n", "0".repeat(64), "0".repeat(64))),
        case("case: a manifest with escape codes", way("items/0001-evidence-txt/manifest-sha256.txt"), format!("{}  data/{ESCAPE}\n", "0".repeat(64))),
        case("case: an acquisition of depth", way("items/0001-evidence-txt/data/acquisition.json"), "{\"a\":".repeat(100_000)),
        case("case: an archive that nobody vouches for", way("items/0001-evidence-txt/data/capture.warc.gz"), gzip(b"WARC/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n")),
        case("case: an item whose name has escape codes", way("items/0002-\u{1b}[2J/bagit.txt"), "x"),
        case("case: a ledger of rubbish", way("ads.jsonl"), format!("{ESCAPE}\n{{\"pugmark\":1}}\n")),
        case("case: decisions of rubbish", way("decisions.jsonl"), "{\"ad_id\":"),
        case("case: a time-stamp of rubbish", way("items/0001-evidence-txt/manifest.tsr"), b"\x30\x84\xff\xff\xff\xff\x30\x80"),
        case("case: a time-stamp over the log of rubbish", way("timestamps/0001.tsr"), b"\x30\x03\x02\x01\x00"),
        case("case: certificates of rubbish", way("timestamps/0000000000000000-roots.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    ]
}

/// The folder of keys and settings.
fn homes() -> Vec<Case> {
    let way = Way::Home;
    vec![
        case("settings: escape codes", way("config.toml"), format!("{ESCAPE} = 1\n")),
        case("settings: depth", way("config.toml"), format!("a = {}", "[".repeat(100_000))),
        case("settings: no UTF-8", way("config.toml"), b"lang = \"\xff\"\n"),
        case("settings: a value with escape codes", way("config.toml"), "lang = \"\\u001b[2J\"\n"),
        case("settings: a megabyte of remarks", way("config.toml"), "# x\n".repeat(250_000)),
        case("key: rubbish", way("signing-key.pem"), b"\x1b[2J"),
        case("key: another kind of key", way("signing-key.pem"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"),
        case("key: the right form and too few bytes", way("signing-key.pem"), "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"),
    ]
}

/// Arguments.
fn arguments() -> Vec<Case> {
    let way = Way::Args;
    vec![
        case("arguments: escape codes in a name", way(&["species", "\u{1b}[2J", "--format", "table"]), ""),
        case("arguments: escape codes in a text", way(&["explain", "ivory \u{1b}[2J\u{202e}", "--format", "table"]), ""),
        case("arguments: escape codes in an unknown option", way(&["scan", "--\u{1b}[2J"]), ""),
        case("arguments: escape codes in a file that is missing", way(&["scan", "\u{1b}[2J.txt"]), ""),
        case("arguments: an id with escape codes", way(&["scan", "in", "--explain", "\u{1b}[2J"]), "ivory\n"),
        case("arguments: a case in the root", way(&["case", "new", "/proc/pwned", "--title", "t"]), ""),
        case("arguments: a title with escape codes", way(&["case", "new", "c", "--title", "\u{1b}[2J", "-v"]), ""),
        case("arguments: more threads than there are", way(&["scan", "in", "--threads", "99999999999999999999"]), "ivory\n"),
        case("arguments: a day that does not exist", way(&["species", "Ara macao", "--as-of", "2026-02-31"]), ""),
        case("arguments: standard input that is a folder", way(&["scan", "."]), ""),
    ]
}
