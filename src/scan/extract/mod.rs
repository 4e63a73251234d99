//! Reads from an ad what is said in figures: price, quantity, weight, contacts,
//! numbers of certificates and rings.

pub mod amount;
pub mod contact;
pub mod measure;
pub mod number;
pub mod price;

pub use contact::Contact;
pub use measure::Measures;
pub use price::{Price, Rates};
