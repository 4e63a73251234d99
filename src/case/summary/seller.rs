//! Accounts that sell, and their figures.

use std::collections::HashMap;

use super::Seller;
use super::tally::Tally;
use crate::case::ad::Ad;

/// Platform and name of an account.
type Account<'a> = (Option<&'a str>, &'a str);

/// The ads of each account, in order of its name; ads without a seller's name belong to none.
fn accounts(ads: &[Ad]) -> Vec<(Account<'_>, Vec<usize>)> {
    let mut accounts: HashMap<Account<'_>, Vec<usize>> = HashMap::new();
    for (place, ad) in ads.iter().enumerate() {
        if let Some(seller) = ad.offer.seller.as_deref() {
            accounts.entry((ad.offer.platform.as_deref(), seller)).or_default().push(place);
        }
    }
    let mut accounts: Vec<_> = accounts.into_iter().collect();
    accounts.sort_unstable();
    accounts
}

/// The figures of all accounts, most ads first, then the highest asking value, then by name.
pub(super) fn sellers(tally: &Tally<'_>) -> Vec<Seller> {
    let account = |((platform, seller), places): (Account<'_>, Vec<usize>)| {
        let key = format!("{}/{seller}", platform.unwrap_or("?"));
        let seller_url = places.iter().find_map(|at| tally.ads[*at].offer.seller_url.clone());
        let platform = platform.map(str::to_owned);
        let figure = tally.figure(key, places);
        Seller { platform, seller: seller.to_owned(), seller_url, figure }
    };
    let mut sellers: Vec<Seller> = accounts(tally.ads).into_iter().map(account).collect();
    sellers.sort_by_key(|seller| std::cmp::Reverse((seller.figure.ads, seller.figure.value_eur)));
    sellers
}
