#!/usr/bin/env bash
# Packs a built program as a Debian package, with manual pages and completions; no script runs when it is installed.
# Usage: packaging/deb.sh PROGRAM OUTPUT-FOLDER   (needs dpkg-deb; the same program gives the same bytes)
set -euo pipefail
program=$(realpath "${1:?usage: deb.sh PROGRAM OUTPUT-FOLDER}")
output=$(realpath "${2:?usage: deb.sh PROGRAM OUTPUT-FOLDER}")
cd "$(dirname "$0")/.."
version=$("$program" --version | cut -d' ' -f2)
architecture=$(dpkg --print-architecture)
# One time for all files: that of the newest change to the sources.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
umask 022

install -D -m 755 "$program" "$root/usr/bin/pugmark"
mkdir -p "$root/usr/share/man/man1" "$root/usr/share/doc/pugmark" "$root/DEBIAN"
"$program" -q man "$root/usr/share/man/man1"
gzip -9n "$root"/usr/share/man/man1/*.1
complete() { mkdir -p "$(dirname "$root/$2")"; "$program" completions "$1" >"$root/$2"; }
complete bash usr/share/bash-completion/completions/pugmark
complete zsh usr/share/zsh/vendor-completions/_pugmark
complete fish usr/share/fish/vendor_completions.d/pugmark.fish
cp README.md SECURITY.md LICENSE-MIT species-data/NOTICES.md "$root/usr/share/doc/pugmark/" 2>/dev/null ||
  cp README.md SECURITY.md LICENSE-MIT "$root/usr/share/doc/pugmark/"
cp LICENSE-MIT "$root/usr/share/doc/pugmark/copyright"
gzip -9nc CHANGELOG.md >"$root/usr/share/doc/pugmark/changelog.gz"

# What the program needs of the system; a static one needs nothing.
needs=$(ldd "$program" 2>/dev/null | grep -q 'libc\.so' && echo 'libc6 (>= 2.34), libgcc-s1' || true)
cat >"$root/DEBIAN/control" <<CONTROL
Package: pugmark
Version: $version
Architecture: $architecture
Maintainer: pugmark maintainers <pugmark@example.org>
Section: utils
Priority: optional
Installed-Size: $(du -ks --apparent-size "$root/usr" | cut -f1)
${needs:+Depends: $needs
}Suggests: chromium, openssl
Description: look up, find, preserve and report online trade in protected wildlife
 Legal status of species under CITES and Regulation (EC) No 338/97, a filter for
 ads in many languages, evidence that others can check, and figures of a case.
CONTROL
find "$root" -exec touch -hd "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group -Zxz --build "$root" "$output/pugmark_${version}_$architecture.deb"
