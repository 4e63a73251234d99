//! Bodies that come again.

use super::super::{CaptureOptions, Capturer};
use super::{Case, acquisition, archive, contains, ok, serve};

#[test]
fn a_part_that_comes_again_is_a_reference_to_the_first() {
    let script = "x".repeat(5000);
    let page = ok("text/html", "<script src=/long.js></script><script src=/short.js></script>");
    let server = serve(vec![
        ("/1", page.clone()),
        ("/2", page),
        ("/long.js", ok("text/javascript", &script)),
        ("/short.js", ok("text/javascript", "short")),
    ]);
    let case = Case::new();
    let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &case.custodian, options).unwrap();
    let first = capturer.capture(&format!("http://{server}/1"), &mut |_| {}).unwrap();
    let second = capturer.capture(&format!("http://{server}/2"), &mut |_| {}).unwrap();
    let archives = [&first, &second].map(|page| archive(&case.item(page)));
    assert!(
        contains(&archives[0], script.as_bytes()) && !contains(&archives[1], script.as_bytes())
    );
    assert!(contains(&archives[1], b"WARC-Type: revisit\r\n"));
    assert!(contains(&archives[1], b"short"), "what is short is kept each time");
    let record = acquisition(&case.item(&second));
    let fetched = record["fetched"].as_array().unwrap();
    let same: Vec<_> = fetched.iter().filter(|part| part["same_as"].is_object()).collect();
    assert_eq!(same.len(), 1);
    assert_eq!(same[0]["same_as"]["item"], first.item);
    let id = same[0]["same_as"]["record"].as_str().unwrap();
    assert!(contains(&archives[0], format!("WARC-Record-ID: {id}\r\n").as_bytes()));
    assert!(contains(&archives[1], format!("WARC-Refers-To: {id}\r\n").as_bytes()));
    case.assert_items_sound();
}
