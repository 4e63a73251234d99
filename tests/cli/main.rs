//! Tests of the built program: one file a command.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]

mod ads;
mod case;
mod case_accounts;
mod case_handover;
mod case_hostile;
mod case_photos;
mod case_reminder;
#[expect(clippy::print_stderr, reason = "a test that steps aside must say so")]
mod chromium;
mod config;
#[expect(clippy::print_stderr, reason = "a check that steps aside must say so")]
mod counterpart;
mod demo;
mod doctor;
mod evidence;
mod evidence_browser;
mod evidence_hostile;
mod evidence_kills;
mod explain;
mod help;
mod hostile;
mod keys;
mod lexicon;
mod sandbox;
mod scan;
mod scan_duty;
mod scan_formats;
mod scan_long;
mod server;
mod species;
mod species_update;
mod surface;
mod transfer;
