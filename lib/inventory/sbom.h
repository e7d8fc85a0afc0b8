// Software bills of materials in JSON: CycloneDX (1.2 to 1.7; cyclonedx.org) and SPDX 2 (spdx.github.io/spdx-spec/v2.3; also inside
// {"sbom": …}, as GitHub hands it out), plain or compressed or alone in an archive (archive/archive.h). A byte order mark is passed over.
// Read as a stream: memory is bounded by the largest component, not by the document. A file is read twice, so that a broken document is
// refused, and the machine known, before the first item; from a pipe there is one reading, and what comes too late for the machine
// ("operating-system" as the last component) is not said of it.
//
// Components of every depth are items, numbered from 1 in the order of the document (item.line). One that breaks a rule is
// refused, by number, and the rest is read; where only its purl or CPE cannot be read that is refused and the item comes without.
// Files, data and the like with neither purl nor CPE are no items, neither is what trivy calls an application that is a lock
// file: they are counted in one note.
//
// Name and version are those of the purl, by which they are looked up; where the document's name differs in case only, its spelling
// (scanners write purls of Go modules in lower case). A version that is another than the purl's is told; one that is a range ("^1.2")
// is refused, and the item comes without.
//
// The operating system is a component of that type, otherwise what the first purl of a distribution's package says. For such
// packages the ecosystem, the source package, its version and the epoch are taken from the purl's qualifiers (distro, upstream,
// epoch) and from the properties of syft and trivy. VEX inside a CycloneDX document is not read here.
//
// ERR_INPUT: not JSON, or no such document. ERR_LIMIT: over a maximum here or of json/stream.h. Other errors: the sink's.
#ifndef TOCSIN_INVENTORY_SBOM_H
#define TOCSIN_INVENTORY_SBOM_H

#include "inventory/inventory.h"

// fd stays the caller's; name is what messages call it.
MUST_USE enum err inventory_cyclonedx(int fd, const char *name, const struct inventory_sink *sink, struct why *why);
MUST_USE enum err inventory_spdx(int fd, const char *name, const struct inventory_sink *sink, struct why *why);
// Either, as the document says of itself.
MUST_USE enum err inventory_sbom(int fd, const char *name, const struct inventory_sink *sink, struct why *why);

#endif
