# The demo's inspection: public facts in the formats of their publishers, this machine, a small site, its certificate. Sourced by ./demo,
# never run. Uses BIN, HERE, chapter, say, die and the colours of ./demo; works in $P/inspection.

CONTRACTOR="A qualified contractor"

# look STATUS WORD…: the command as one would type it, then what it prints. 10 and 20 are verdicts.
look() {
	local want=$1 status
	shift
	printf '%s          $ tocsin-inspect%s%s\n' "$D" "$(printf ' %q' "$@" | sed "s/A\\\\ qualified\\\\ contractor/'$CONTRACTOR'/g")" "$N"
	"$BIN/tocsin-inspect" "$@" 2>&1 | sed 's/^/          │ /'
	status=${PIPESTATUS[0]}
	case $want:$status in any:0 | any:10 | any:20 | "$status:$status") ;; *) die "exit status $status, not $want" ;; esac
}

# What CISA, the CVE Program, Debian and endoflife.date say of a few things, taken as said today: data that are old certify nothing.
write_feeds() {
	local today
	today=$(date -u +%F)
	mkdir feeds
	cat >feeds/known_exploited_vulnerabilities.json <<-END
	{"title":"CISA Catalog of Known Exploited Vulnerabilities","catalogVersion":"$today","dateReleased":"${today}T00:00:00.0000Z","count":1,"vulnerabilities":[
	{"cveID":"CVE-2023-22515","vendorProject":"Atlassian","product":"Confluence Data Center and Server","vulnerabilityName":"Broken access control",
	"dateAdded":"2023-10-05","shortDescription":"","requiredAction":"","dueDate":"2023-10-13","knownRansomwareCampaignUse":"Known","notes":"","cwes":[]}]}
	END
	cat >feeds/CVE-2023-22515.json <<-END
	{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2023-22515","state":"PUBLISHED","datePublished":"2023-10-04T14:00:00Z","dateUpdated":"${today}T00:00:00Z"},
	"containers":{"cna":{"title":"Broken access control","affected":[{"vendor":"Atlassian","product":"Confluence Data Center","defaultStatus":"unaffected",
	"cpes":["cpe:2.3:a:atlassian:confluence_data_center:*:*:*:*:*:*:*:*"],"versions":[{"version":"8.0.0","lessThan":"8.3.3","status":"affected","versionType":"semver"},
	{"version":"8.4.0","lessThan":"8.4.3","status":"affected","versionType":"semver"},{"version":"8.5.0","lessThan":"8.5.2","status":"affected","versionType":"semver"}]}]}}}
	END
	cat >feeds/debian-tracker.json <<-END
	{"openssh":{"CVE-2024-6387":{"description":"race condition in sshd's signal handler","releases":{"bookworm":{"status":"resolved","fixed_version":"1:9.2p1-2+deb12u3","urgency":"not yet assigned"}}}},
	"curl":{"CVE-2023-38545":{"description":"heap overflow in the SOCKS5 handshake","releases":{"bookworm":{"status":"resolved","fixed_version":"7.88.1-10+deb12u4","urgency":"not yet assigned"}}}}}
	END
	cat >feeds/end-of-life.json <<-END
	{"source":"https://endoflife.date","products":{"debian":{"title":"Debian","category":"os","identifiers":[{"cpe":"cpe:2.3:o:debian:debian_linux"}],"releases":[
	{"releaseCycle":"13","releaseDate":"2025-08-09","eol":"2028-08-09","eoes":"2030-06-30","latest":"13.6"},
	{"releaseCycle":"12","releaseDate":"2023-06-10","eol":"2026-07-11","eoes":"2028-06-30","latest":"12.15"},
	{"releaseCycle":"10","releaseDate":"2019-07-06","eol":"2022-09-10","eoes":"2024-06-30","latest":"10.13"}]}}}
	END
}

write_site() {
	cat >site.csv <<-'END'
	machine;kind;vendor;product;version;ecosystem;role;exposure;in use since;credentials;cpe
	wiki;application;Atlassian;Confluence Data Center;8.3.1;;server;internet;2021-03-01;changed;cpe:2.3:a:atlassian:confluence_data_center:8.3.1:*:*:*:*:*:*:*
	gateway;package;;openssh;1:9.2p1-2+deb12u2;Debian:12;server;internet;2023-09-01;;
	gateway;package;;curl;7.88.1-10+deb12u4;Debian:12;server;internet;2023-09-01;;
	archive;system;;Debian;10;;server;internal;2019-09-01;;
	press;equipment;Siemens;SIMATIC S7-1200;4.5.2;;industrial;isolated;2020-03-16;default;
	END
	sed -e 's/8\.3\.1/8.5.4/g; s/deb12u2;/deb12u3;/; s/;default;/;changed;/; s/Debian;10/Debian;13/' site.csv >cured.csv
}

inspection() {
	local data=(--data knowledge --regime founding.regime) by=(--caretaker "$CONTRACTOR") answers=(--answers answers.txt)
	rm -rf "$P/inspection" && mkdir -p "$P/inspection" && cd "$P/inspection" || die "$P/inspection cannot be made"
	cp "$HERE/packaging/regimes/founding.regime" .
	chapter "The inspection: what is known of flaws and ends of support, in one local file; the law, in another"
	write_feeds
	write_site
	look 0 certify key --name contractor contractor.key
	printf 'name,qualification,number,from,until,key\n%s,PASSI,1,2020-01-01,2099-12-31,%s\n' "$CONTRACTOR" "$(sed -n 's/^ed25519 //p' contractor.key.pub)" >feeds/providers.csv
	look 0 data update --data knowledge feeds
	look 0 data show --data knowledge

	chapter "This machine: its packages, kernel and processes, under the founding text"
	look any machine "${data[@]}" --role server --exposure internal "${by[@]}"

	chapter "What no program can answer, asked once: a qualified inspector leaves no question open"
	printf 'yes\nthe list hangs at the entrance\n%.0s' 1 2 3 | look 0 answer --lang en --regime founding.regime "${by[@]}" answers.txt

	chapter "A site in a table: a wiki on the internet, a gateway, an archive, the controller of a press"
	look 20 inventory "${data[@]}" "${by[@]}" "${answers[@]}" --result first.json site.csv
	look 20 inventory "${data[@]}" "${by[@]}" "${answers[@]}" --lang fr site.csv

	chapter "Its certificate: signed, checked without a network, changed by nobody"
	look 0 certify --key contractor.key --inspector "$CONTRACTOR" --data knowledge --out first.certificate --pdf first.pdf first.json
	look 0 verify --data knowledge first.certificate
	sed 's/"verdict":"refused"/"verdict":"favours"/' first.certificate >forged.certificate
	look 1 verify --data knowledge forged.certificate

	chapter "The re-inspection: the failing points alone, and what changed"
	look 0 inventory "${data[@]}" "${by[@]}" "${answers[@]}" --before first.certificate --result second.json cured.csv
	look 0 certify --key contractor.key --inspector "$CONTRACTOR" --data knowledge --before first.certificate --out second.certificate --pdf second.pdf second.json
	look 0 verify --data knowledge second.certificate
	say "pages with their codes: $P/inspection/first.pdf, second.pdf"
	cd "$HERE" || exit 1
}
