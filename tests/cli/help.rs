//! `--help`: every command says what it does, with examples that work.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::sandbox::Sandbox;
use crate::server::{ok, serve};
use crate::species_update::{self, checklist, page_of};

/// A command, as its words, and its help.
type Helps = BTreeMap<String, String>;

/// The help of every command, found by walking from one to the next.
fn helps() -> Helps {
    let sandbox = Sandbox::new();
    let (mut open, mut helps) = (vec![String::new()], Helps::new());
    while let Some(name) = open.pop() {
        let mut args: Vec<_> = name.split_whitespace().collect();
        args.push("--help");
        let output = sandbox.pipe(&args, "");
        assert!(output.status.success(), "{name}: {}", sandbox.show(&output));
        let help = String::from_utf8(output.stdout).unwrap();
        let listed = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let lines = listed.lines().take_while(|line| !line.is_empty());
        // A long summary goes on in a line that is indented further.
        let names = lines
            .filter(|line| !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next());
        open.extend(
            names.filter(|sub| *sub != "help").map(|sub| format!("{name} {sub}").trim().to_owned()),
        );
        helps.insert(name, help);
    }
    helps
}

/// The commands under `Examples:`, joined where a line ends in a backslash, without remarks in brackets.
fn examples(help: &str) -> Vec<String> {
    let Some((_, rest)) = help.split_once("\nExamples:\n") else { return Vec::new() };
    let lines: Vec<_> = rest.lines().take_while(|line| line.starts_with("  ")).collect();
    let text = lines.join("\n").replace("\\\n", " ");
    text.lines().map(|line| line.split("   (").next().unwrap_or(line).trim().to_owned()).collect()
}

#[test]
fn every_command_has_two_examples_that_call_it() {
    let helps = helps();
    assert!(helps.len() > 30, "{} commands", helps.len());
    for (name, help) in helps.iter().filter(|(name, _)| !name.is_empty()) {
        let examples = examples(help);
        assert!(examples.len() >= 2, "`{name}` has {} examples", examples.len());
        let is_group = help.contains("\nCommands:\n");
        let call = format!("pugmark {name}");
        let calling = examples.iter().filter(|example| example.contains(&call)).count();
        assert!(is_group || calling >= 1, "`{name}`: no example calls it: {examples:?}");
    }
}

#[test]
fn no_line_of_help_is_wider_than_the_terminal() {
    for (name, help) in helps() {
        let wide: Vec<_> = help.lines().filter(|line| line.chars().count() > 100).collect();
        assert_eq!(wide, [""; 0], "{name}");
    }
}

/// What examples find on their way: files, cases, pages, an official list and an authority.
struct World {
    sandbox: Sandbox,
    market: String,
    authority: String,
    checklist: String,
}

/// An address on this machine at which nobody answers.
fn nobody() -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// Set up by the commands themselves, so that the examples stand on real files.
const SETUP: &str = r#"set -e
ln -s "$REPO"/examples examples
sed -E 's|"https://[^"]*/ad/[0-9m]+"|"https://market.example/ad/17"|' examples/worked-case/ads.jsonl > dump.jsonl
pugmark scan dump.jsonl --format jsonl > monday.scan.jsonl; cp monday.scan.jsonl tuesday.scan.jsonl
for case in CASE ivory-2026; do
  pugmark case new $case --title Ivory; pugmark case import $case monday.scan.jsonl
done
pugmark evidence capture --case ivory-2026 https://market.example/ad/17
head -5 dump.jsonl | sed 's/^{/{"listed": true, "animal_product": true, /' > mine.jsonl
cat examples/ads/en.jsonl >> mine.jsonl
printf 'title,omschrijving,prijs\nIvoor,"Olifantenivoor, oud",10\n' | gzip > ads.csv.gz
printf 'term,kind,refers_to,inflection,weight,note,source\nwhite plastic,code,ivory,,medium,,usage\n' > my.csv
pugmark scan fit mine.jsonl > my-weights.csv
printf 'grey parrot\nAra macao\n' > names.txt
printf 'pixels' > screenshot.png; printf 'hello' > chat.txt
mkdir -p phone/DCIM; printf x > phone/DCIM/1.jpg
pugmark case review CASE --to review.csv.made; sed '2s/,unsure,/,reject,/' review.csv.made > review.csv
openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out root.pem -subj /CN=r 2>/dev/null || cp "$REPO"/README.md root.pem
printf 'KingdomName,ClassName,OrderName,FamilyName,GenusName,FullName,RankName,CurrentListing,Party\nAnimalia,Mammalia,Carnivora,Canidae,Vulpes,Vulpes vulpes,SPECIES,III,IN\n' > cites_listings_25-11-2026.csv
cp cites_listings_25-11-2026.csv eu_listings_25-11-2026.csv
mkdir -p home/.local/share/man/man1 home/.local/share/bash-completion/completions home/.config/fish/completions
cp examples/operation-lantern/parcels.csv parcels.csv
pugmark case new parrots-2026 --title Parrots
pugmark case seal ivory-2026 --to "$(pugmark case key)" --out case.age
pugmark evidence transfer --case ivory-2026 --to Lab --out for-the-lab.tar
PUGMARK_HOME=lab-home pugmark evidence receive for-the-lab.tar --case lab
echo 'Netsuke, cream coloured, Schreger lines, 42 g' > ad.txt
echo 'three words long' > passphrase
printf 'sofa\nshoes\n' > shoes-and-sofas.txt
mkdir home/age; cp home/age-key.txt home/age/key.txt
mkdir -p home/cases; cp -r CASE home/cases/one; printf 'lang = "de"\nemail = "a@b.example"\n' > home/config.toml
"#;

/// What goes before a reminder: the page is kept, the platform was told, and the page is still there.
const LOOKED_AT_AGAIN: &str = "(set -e
pugmark evidence capture --case CASE https://market.example/ad/17
pugmark case notice CASE --out sent --notifier R --email r@authority.example || [ $? = 3 ]
pugmark evidence recheck --case CASE
) >before.txt 2>&1 || cat before.txt; ";

impl World {
    fn new() -> Self {
        let page = ok("text/html", "<!doctype html><title>Ad 17</title><p>Ivory, 450 EUR");
        let (list, _) =
            species_update::server(|path, _| species_update::ok(&checklist(page_of(path), 4)));
        let world = Self {
            sandbox: Sandbox::in_memory(),
            market: format!("http://{}", serve(vec![("/ad/17", page)])),
            authority: format!("http://{}", nobody()),
            checklist: list,
        };
        let (exit, said) = world.shell(SETUP, world.sandbox.root());
        assert_eq!(exit, 0, "{said}");
        world
    }

    /// Runs `example` in a copy of the world; exit code and all that was said.
    fn example(&self, number: usize, example: &str) -> (i32, String) {
        let copy = self.sandbox.path(&format!("copy-{number}"));
        let fresh = example.split("case new ").nth(1).and_then(|rest| rest.split(' ').next());
        let out = example.split("--out ").nth(1).and_then(|rest| rest.split_whitespace().next());
        let made = match example {
            _ if example.contains("--to review.csv") => "review.csv",
            _ if example.contains("evidence receive") => "for-the-lab.receipt.json",
            _ => "none",
        };
        let before = if example.contains("--kind reminder") { LOOKED_AT_AGAIN } else { "" };
        let script = format!(
            "mkdir '{0}'; tar -c --exclude './copy-*' . | tar -x -C '{0}'; cd '{0}'; rm -rf ./{1} ./{2} {made}; {before}{example}",
            copy.display(),
            fresh.unwrap_or("none"),
            out.unwrap_or("none"),
        );
        self.shell(&script, self.sandbox.root())
    }

    /// Runs `script` with the servers of the examples on this machine.
    fn shell(&self, script: &str, folder: &Path) -> (i32, String) {
        let program = Path::new(assert_cmd::cargo::cargo_bin!("pugmark"));
        let update = format!("species update --site {} --delay 0 --diff", self.checklist);
        let script = script
            .replace("https://market.example", &self.market)
            .replace("https://tsa.example", &self.authority)
            .replace("0001-market-example-ad-17", "$(basename ivory-2026/items/0001-*)")
            .replace("species update --diff", &update)
            .replace("evidence capture", "evidence capture --allow-private")
            .replace("evidence recheck", "evidence recheck --allow-private")
            .replace("/media/phone", "phone")
            .replace("/run/secrets/pugmark", "passphrase")
            .replace("0003-market-example-ad-17", "$(basename ivory-2026/items/0001-*)")
            .replace("age1…", "$(pugmark case key)")
            .replace("3f0c…64 digits…", "$(pugmark keys show | grep -oE '[0-9a-f]{64}' | head -1)")
            .replace("/tmp/pugmark-course", "course")
            .replace("~/", "home/");
        let output = Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder)
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", program.parent().unwrap().display()))
            .env("HOME", "home")
            .env("PUGMARK_HOME", "home")
            .env("PUGMARK_CASE", "ivory-2026")
            .env("REPO", env!("CARGO_MANIFEST_DIR"))
            .env("MANPAGER", "cat")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        (output.status.code().unwrap_or(-1), self.sandbox.show(&output))
    }
}

/// Examples whose answer is not 0 in the world of this test: no authority answers, two ads of the dump name papers,
/// nobody sits at a terminal, the case has no retention date, and no species is called `list`.
const OTHERWISE: [(&str, i32); 9] = [
    ("pugmark case purge CASE --yes", 2),
    ("pugmark keys protect", 2),
    ("pugmark case notice CASE --notifier \"R. Jansen\" --email r.jansen@authority.example", 3),
    ("pugmark case notice CASE --out notices --lang fr", 3),
    ("pugmark case notice CASE --kind reminder --out reminders", 3),
    ("pugmark case review CASE", 2),
    (
        "pugmark evidence timestamp --case ivory-2026 --tsa https://tsa.example/ --tsa-ca root.pem",
        3,
    ),
    ("pugmark evidence timestamp --tsa https://tsa.example/ 0001-market-example-ad-17", 3),
    ("pugmark species -- list", 1),
];

/// True for an example that calls the program, and not only another one.
fn is_run(example: &str) -> bool {
    example.contains("pugmark ")
}

#[test]
#[cfg(target_os = "linux")]
fn every_example_of_every_help_works() {
    let world = World::new();
    let helps = helps();
    let all: std::collections::BTreeSet<_> =
        helps.values().flat_map(|help| examples(help)).collect();
    let all: Vec<_> = all.into_iter().filter(|example| is_run(example)).enumerate().collect();
    assert!(all.len() > 70, "{} examples", all.len());
    let run = |(number, example): &(usize, String)| {
        let (exit, said) = world.example(*number, example);
        let expected = OTHERWISE.iter().find(|(other, _)| example == other);
        let expected = expected.map_or(0, |(_, exit)| *exit);
        (exit != expected).then(|| format!("$ {example}\nexpected {expected}, got {said}"))
    };
    let faults: Vec<_> = std::thread::scope(|scope| {
        let halves = all.chunks(all.len().div_ceil(2));
        let threads: Vec<_> = halves
            .map(|half| scope.spawn(move || half.iter().filter_map(run).collect::<Vec<_>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(
        faults.is_empty(),
        "{} of {} examples:\n{}",
        faults.len(),
        all.len(),
        faults.join("\n")
    );
}
