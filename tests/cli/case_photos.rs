//! Accounts joined by photos of captured pages, through the built program.

use std::io::Cursor;
use std::net::SocketAddr;

use image::imageops::FilterType;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::server::{ok, serve};

/// A made-up photo: soft shapes that lie elsewhere for another `seed`.
fn photo(seed: f64) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(320, 240, |x, y| {
        let (x, y) = (f64::from(x) / 320.0, f64::from(y) / 240.0);
        let wave = (x * (9.0 + seed * 7.0) + seed).sin() * (y * (11.0 - seed * 3.0) - seed).cos();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 254")]
        let grey = (wave * 127.0 + 127.0) as u8;
        Rgb([grey, grey / 2 + 60, 200 - grey / 2])
    }))
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Four ads: two sellers show one photo, in two sizes and formats; a third shows another, and
/// the small picture of the first ad at its own address; all pages show the platform's picture.
fn platform() -> SocketAddr {
    let page = |photo: &str, more: &str| {
        let body = format!(
            "<!doctype html><title>Offer</title><img src=/banner.png><img src={photo}>{more}\
             <p>Carved figure, height twelve centimetres, asked price four hundred and fifty."
        );
        ok("text/html", body)
    };
    let png = |image: &DynamicImage| ok("image/png", written(image, ImageFormat::Png));
    let smaller = photo(0.3).resize(240, 180, FilterType::Triangle);
    serve(vec![
        ("/ad/1", page("/photo/1.png", "")),
        ("/ad/2", page("/photo/2.jpg", "")),
        ("/ad/3", page("/photo/3.png", "<img src=/photo/1.png>")),
        ("/ad/4", page("/photo/4.png", "")),
        ("/banner.png", png(&photo(2.1))),
        ("/photo/1.png", png(&photo(0.3))),
        ("/photo/2.jpg", ok("image/jpeg", written(&smaller, ImageFormat::Jpeg))),
        ("/photo/3.png", png(&photo(1.4))),
        ("/photo/4.png", png(&photo(0.3))),
    ])
}

fn record(server: SocketAddr, number: usize, seller: &str) -> String {
    format!(
        "{{\"id\":\"{number}\",\"platform\":\"m.example\",\"seller\":\"{seller}\",\
         \"title\":\"Figure {number}\",\"url\":\"http://{server}/ad/{number}\",\"pugmark\":\
         {{\"schema\":\"pugmark.scan/1\",\"score\":90,\"verdict\":\"flag\"}}}}\n"
    )
}

#[test]
fn one_photo_in_two_sizes_joins_accounts_and_the_platforms_picture_does_not() {
    let sandbox = Sandbox::new();
    let server = platform();
    let _ = sandbox.run(&["case", "new", "case", "--title", "Figures"]);
    let sellers = ["anna", "berta", "carla", "anna"];
    let records: String =
        (1..).zip(sellers).map(|(number, seller)| record(server, number, seller)).collect();
    let imported = sandbox.pipe(&["case", "import", "case"], &records);
    assert!(imported.status.success(), "{}", sandbox.show(&imported));

    // Before anything was captured, nothing joins them.
    let none = sandbox.pipe(&["case", "links", "case", "--format", "json"], "");
    assert_eq!(none.status.code(), Some(1), "{}", sandbox.show(&none));

    let pages: Vec<String> = (1..=4).map(|number| format!("http://{server}/ad/{number}")).collect();
    let mut capture = vec!["evidence", "capture", "--case", "case", "--allow-private"];
    capture.extend(pages.iter().map(String::as_str));
    let captured = sandbox.run(&capture);
    assert!(captured.starts_with("exit 0"), "{captured}");

    let output = sandbox.pipe(&["case", "links", "case", "--format", "json"], "");
    assert!(output.status.success(), "{}", sandbox.show(&output));
    let links: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(links["clusters"].as_array().unwrap().len(), 1, "{links:#}");
    let cluster = &links["clusters"][0];
    assert_eq!(cluster["accounts"], serde_json::json!(["m.example/anna", "m.example/berta"]));
    let edge = &cluster["edges"][0];
    assert_eq!(edge["kind"], "photo");
    assert!(edge["value"].as_str().unwrap().starts_with("dhash-64:"), "{edge:#}");
    let photos = edge["photos"].as_array().unwrap();
    let addresses: Vec<String> = photos
        .iter()
        .map(|photo| photo["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    // The photo of ad 1 stands on the page of ad 3 too, so that nobody knows whose it is; that
    // of ad 4 is anna's alone.
    assert_eq!(addresses, ["4.png", "2.jpg"]);
    for photo in photos {
        let item = photo["item"].as_str().unwrap();
        assert!(sandbox.path("case/items").join(item).is_dir(), "{item}");
        assert!(photo["distance"].as_u64().unwrap() <= 5, "{photo}");
    }
    let ignored: Vec<(usize, &str)> = links["ignored"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["accounts"].as_array().unwrap().len(), one["reason"].as_str().unwrap()))
        .collect();
    assert!(ignored.iter().any(|(count, why)| *count == 3 && why.contains("one address")));

    let table = sandbox.run(&["case", "links", "case", "--format", "table"]);
    assert!(
        table.contains("photo   dhash-64:") && table.contains("                in 000"),
        "{table}"
    );
}
