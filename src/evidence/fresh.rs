//! New keys and new cases, for tests.

use std::path::Path;

use super::{Custodian, Signer, Store};
use crate::clock::Clock;

/// Who signs with the key in the folder `home`, which is made when there is none.
pub(super) fn custodian(home: &Path) -> Custodian {
    Custodian::new(Signer::in_folder(home).unwrap(), Clock::System)
}

/// A case without entries in the new folder `root`.
pub(super) fn store(root: &Path, custodian: &Custodian) -> Store {
    fs_err::create_dir(root).unwrap();
    Store::create(root, custodian).unwrap()
}
