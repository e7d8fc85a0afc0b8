#!/bin/bash
# What operators do: metrics, check, a backup of a hub at work, its restoration with nothing and with something lost, a keeper's.
# backup_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8620 NAME="Backup test"
. tests/system/three.sh
. tests/system/case.sh
METRICS=$((PORT + 10))
eval "$(declare -f hub_conf | sed '1s/hub_conf/hub_conf_of_platform/')"
eval "$(declare -f keeper_conf | sed '1s/keeper_conf/keeper_conf_of_platform/')"
hub_conf() { hub_conf_of_platform; printf 'metrics 127.0.0.1:%s\nrefresh 5s\n' $METRICS >>"$P/hub.conf"; }
keeper_conf() { keeper_conf_of_platform "$@"; echo "metrics 127.0.0.1:$((METRICS + $1))" >>"$P/keeper$1.conf"; }
three_make

hub_check() { "$BIN/tocsin-hub" check -c "$P/hub.conf"; }
keeper_check() { "$BIN/tocsin-keeper" check -c "$P/keeper$1.conf"; }
backup() { "$BIN/tocsin-hub" backup -c "$P/hub.conf" "$@"; }
scrape() { curl -s --max-time 5 "http://127.0.0.1:$((METRICS + $1))/metrics"; } # 0: the hub
metric() { scrape "$1" | awk -v name="$2" '$1 == name { print $2 }'; } # metric DAEMON NAME{LABELS}
metric_is() { [ "$(metric "$1" "$2")" = "$3" ]; }
metric_over() { local v; v=$(metric "$1" "$2"); [ "${v:-0}" -gt "$3" ]; }
sql() { python3 -c 'import sqlite3,sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); print(*[row[0] for q in sys.argv[2:] for row in c.execute(q)])' "$P/hub/store/store.sqlite" "$@"; }
queue_is_empty() { metric_is 0 tocsin_hub_batches_queued 0; }

# --- Metrics -----------------------------------------------------------------------------------------------------------------------

ok "a report is filed" report reporter1 "first" one.backup.test two.backup.test
within 20 "the batch to be matched" queue_is_empty
well_formed() { # every line is a comment or NAME{LABELS} NUMBER, and every name has been announced
	scrape "$1" | awk '/^# TYPE / { known[$3] = 1; next } /^# HELP / { next }
		!/^[a-z_][a-z0-9_]*(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9]+$/ { print "malformed: " $0; bad = 1 }
		{ split($1, n, "{"); if (!(n[1] in known)) { print "not announced: " $0; bad = 1 } lines++ } END { exit bad || lines < 10 }'
}
ok "the hub's metrics are well formed" well_formed 0
ok "a keeper's too" well_formed 1
says "they come as Prometheus wants them" 'Content-Type: text/plain; version=0.0.4' curl -sI -X GET --max-time 5 "http://127.0.0.1:$METRICS/metrics"
ok "one record was accepted" metric_is 0 'tocsin_hub_filings_total{kind="record",result="ok"}' 1
ok "its receipt counts" metric_over 0 tocsin_hub_receipts_total 0
ok "its tokens have reached the matcher" metric_over 0 tocsin_hub_matcher_postings 0
ok "the matcher is up" metric_is 0 tocsin_hub_matcher_up 1
ok "no witness fails" metric_is 0 'tocsin_hub_witness_failing{seat="2"}' 0
ok "no seat's sealing key is missing now" metric_is 0 'tocsin_hub_quarter_key_missing{seat="3",quarter="current"}' 0
ok "the next quarter's is" metric_is 0 'tocsin_hub_quarter_key_missing{seat="3",quarter="next"}' 1
ok "a keeper is active" metric_is 1 'tocsin_keeper_mode{mode="active"}' 1
ok "it has evaluated elements" metric_over 1 'tocsin_keeper_elements_total{class="name"}' 1
young() { local age; age=$(metric "$1" "$2"); [ -n "$age" ] && [ "$age" -lt 60 ]; }
ok "its checkpoint is young" young 1 tocsin_keeper_checkpoint_age_seconds
ok "the hub's too" young 0 tocsin_hub_checkpoint_age_seconds
nothing_else() { [ "$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "http://127.0.0.1:$METRICS/v1/status")" = 404 ]; }
ok "nothing else is served there" nothing_else
no_names() { ! { scrape 0; scrape 1; scrape 2; scrape 3; } | grep -v '^#' | grep -Ei 'reporter|organisation|desk|backup\.test|[0-9a-f]{12}'; }
ok "no metric names anybody or anything" no_names
daemon_stop keeper3
ok "report while a witness is away" report reporter1 "second" one.backup.test three.backup.test
ok "a witness that is away is told" within 20 "seat 3 to be told" metric_is 0 'tocsin_hub_witness_failing{seat="3"}' 1
daemon_start keeper3
sed 's/^metrics .*/metrics 0.0.0.0:9/' "$P/hub.conf" >"$P/open.conf"
refused "metrics for other machines are refused" 'metrics: "0.0.0.0": only 127.0.0.0/8 or ::1' "$BIN/tocsin-hub" -n -c "$P/open.conf"
sed 's/^metrics .*/metrics [2001:db8::1]:9/' "$P/keeper1.conf" >"$P/open.conf"
refused "a keeper's too" 'metrics: "2001:db8::1": only 127.0.0.0/8 or ::1' "$BIN/tocsin-keeper" -n -c "$P/open.conf"

# --- check ---------------------------------------------------------------------------------------------------------------------------

says "check agrees beside the running hub" 'matcher +agrees' hub_check
says "and says so" 'read beside the running hub' hub_check
says "check of a running keeper" 'tokens +agrees +4 shares' keeper_check 1
platform_stop
ok "check of a stopped hub" hub_check
ok "of a stopped keeper" keeper_check 2

cp -a "$P/hub" "$P/hub.good"
undo() { rm -rf "$P/hub"; cp -a "$P/hub.good" "$P/hub"; }
damaged() { # damaged NAME PATTERN SQL…: check says the pattern after these statements
	local name=$1 pattern=$2
	shift 2
	sql "$@" >/dev/null
	refused "$name" "DISAGREES .*$pattern" hub_check
	undo
}
damaged "an envelope with another byte" 'record [0-9a-f]{32}: its (row tells another header|envelope does not decode)' \
	"UPDATE envelope SET bytes = CAST(zeroblob(3) || substr(bytes, 4) AS BLOB) WHERE record = 1"
damaged "an envelope that is gone" 'its envelope is not here' "DELETE FROM envelope WHERE record = 1"
damaged "a receipt that is gone" 'its receipt is not here' "DELETE FROM receipt WHERE filing = (SELECT filing FROM record WHERE sequence = 1)"
damaged "a receipt with another signature" 'its receipt is not signed by the hub' \
	"UPDATE receipt SET bytes = CAST(substr(bytes, 1, length(bytes) - 41) || (CASE substr(bytes, -41, 1) WHEN x'00' THEN x'01' ELSE x'00' END) || substr(bytes, -40) AS BLOB) WHERE filing = (SELECT filing FROM record WHERE sequence = 1)"
damaged "another time" 'its receipt is for another filing, time or leaf' "UPDATE record SET time = time + 1 WHERE sequence = 1"
damaged "a leaf that was changed" 'it is not the hash of the leaves below it' "UPDATE leaf SET bytes = zeroblob(37) WHERE number = (SELECT leaf FROM record WHERE sequence = 1)"
damaged "leaves that were cut off" 'cosigned: [0-9]+ leaves: the ledger has only [0-9]+: leaves are lost' \
	"DELETE FROM node WHERE number >= (SELECT max(number) FROM leaf) >> level" "DELETE FROM leaf WHERE number = (SELECT max(number) FROM leaf)"
damaged "a record missing from a team's list" 'addresses in their labels: the lists of the teams have' "DELETE FROM audience WHERE record = 1"
damaged "a batch of no record" 'belong' "PRAGMA foreign_keys = OFF" "INSERT INTO batch (record, sealed) VALUES (999, x'00')"
damaged "a handle that is nobody's" 'its handle is no record' "UPDATE record SET handle = handle + 1 WHERE sequence = 1"
damaged "a store older than the matcher's log" 'the log is newer than the store' "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'batch'"
printf 'x' | dd of="$P/hub/matcher/tokens.log" bs=1 seek=60 conv=notrunc 2>/dev/null
refused "a flipped byte of the matcher's log" 'DISAGREES .*tokens.log: checksum is false at byte 32' hub_check
undo
mv "$PEPPER/pepper" "$PEPPER/kept"
refused "no pepper" 'DISAGREES .*the pepper cannot be read' hub_check
mv "$PEPPER/kept" "$PEPPER/pepper"
mv "$P/hub/store/store.sqlite" "$P/kept"
refused "no store" 'absent: .*there is no store' hub_check
mv "$P/kept" "$P/hub/store/store.sqlite"
undo
ok "undone, it agrees again" hub_check

QUARTER=$(ls "$P/keeper2/keys" | grep '^quarter-')
mv "$P/keeper2/keys/$QUARTER" "$P/kept"
refused "a keeper without its sealing key" 'DISAGREES .*its sealing key is published, and cannot be read here' keeper_check 2
NUMBER=${QUARTER#quarter-}
refused "makes no second one, which the ledger would not take" 'takes no second one' "$BIN/tocsin-keeper" quarter -c "$P/keeper2.conf" --quarter $((1970 + NUMBER / 4))Q$((NUMBER % 4 + 1))
ok "and none is there" test ! -e "$P/keeper2/keys/$QUARTER"
cp "$P/keeper3/keys/$QUARTER" "$P/keeper2/keys/$QUARTER"
refused "with another's" 'DISAGREES .*is not the key that the ledger has' keeper_check 2
mv "$P/kept" "$P/keeper2/keys/$QUARTER"
SHARE=$(ls "$P/keeper2/keys" | grep '^share-2-')
mv "$P/keeper2/keys/$SHARE" "$P/kept"
refused "without a token share" "DISAGREES .*class digest, epoch 1: this seat's share of the newest key is not here" keeper_check 2
mv "$P/kept" "$P/keeper2/keys/$SHARE"
cp "$P/keeper2/keys/witnessed" "$P/kept"
head -c 48 /dev/zero >"$P/keeper2/keys/witnessed"
refused "with keys/ older than store/" "DISAGREES .*keys/ is older than store/" keeper_check 2
mv "$P/kept" "$P/keeper2/keys/witnessed"
ok "all put back, it agrees again" keeper_check 2

# --- A backup of a hub at work, restored with nothing lost --------------------------------------------------------------------------------

platform_start
within 30 "keeper1 to be active" state_is 1 active
within 30 "keeper2 to be active" state_is 2 active
file_some() { # file_some MEMBER: what it files until told to stop
	local i=0
	while [ $i -lt 10 ]; do
		i=$((i + 1))
		report "$1" "busy $1 $i" "busy$i.backup.test" "$1-$i.backup.test" >/dev/null 2>>"$P/busy.log" || echo "$1 $i" >>"$P/busy.failed"
	done
}
file_some reporter1 & ONE=$!
file_some reporter2 & TWO=$!
busy() { metric_over 0 'tocsin_hub_filings_total{kind="record",result="ok"}' "$1"; }
within 30 "reports to come" busy 3
ok "backup while reports are filed" backup "$P/backup-1"
within 60 "more reports to come" busy 8
ok "another, a little later" backup "$P/backup-2"
wait $ONE $TWO
ok "no report failed meanwhile" test ! -e "$P/busy.failed"
refused "a backup is never written over another" 'exists: .*there is a backup already' backup "$P/backup-2"
refused "nor into the state itself" 'lies in the state directory' backup "$P/hub/backup"
ok "of which nothing is made" test ! -e "$P/hub/backup"
nothing_readable() { ! grep -raoiE 'backup\.test|busy reporter|organisation one' "$1"; }
ok "a backup holds nothing readable" nothing_readable "$P/backup-2"
no_secret() { [ -z "$(find "$1" -name '*.key' -o -name 'pepper*')" ]; }
ok "and no key and no pepper" no_secret "$P/backup-2"
RECORDS_2=$(sed -n 's/^records=//p' "$P/backup-2/backup")
ok "it was made in the middle ($RECORDS_2 records)" test "$RECORDS_2" -lt 22
within 20 "the queue to be empty" queue_is_empty
ok "a last one, with keys, when all is quiet" backup --keys "$P/backup-3"
ok "it has the keys" test -s "$P/backup-3/keys/ledger.key" -a -s "$P/backup-3/matcher/matcher.key" -a -s "$P/backup-3/tls.key"
ok "still no pepper" test -z "$(find "$P/backup-3" -name 'pepper*')"
MATCHES=$(as intl --json matches | json 'len(d["matches"]) if "matches" in d else len(d)')
daemon_stop hub

for n in 1 2; do # as it would be found after a fire: the copy, and the keys from their safe
	rm -rf "$P/hub"
	cp -a "$P/backup-$n" "$P/hub"
	cp -an "$P/backup-3/keys" "$P/hub/" && cp -n "$P/backup-3/matcher/matcher.key" "$P/hub/matcher/" && cp -n "$P/backup-3/tls.key" "$P/hub/"
	ok "check agrees with backup $n, made while reports came" hub_check
done
rm -rf "$P/hub"
cp -a "$P/backup-3" "$P/hub"
ok "check agrees with the last one" hub_check
daemon_start hub
ok "the restored hub goes on where it was" within 30 "a checkpoint" as intl ledger verify
ok "receipts are honoured" within 40 "receipts --sync" as reporter1 receipts --sync
all_filed() { [ "$(as "$1" --json receipts | json 'len([r for r in d["receipts"] if r["state"] != "filed"])')" = 0 ]; }
ok "every one of them, of both members" all_filed reporter1
as reporter2 receipts --sync >/dev/null 2>&1
ok "and of the other" all_filed reporter2
same_matches() { [ "$(as intl --json matches | json 'len(d["matches"]) if "matches" in d else len(d)')" = "$MATCHES" ]; }
ok "what met before meets again" same_matches
ok "a new report is filed" report reporter3 "after the fire" one.backup.test
ok "and a record of before is opened" as intl open "$(as reporter1 --json receipts | json 'd["receipts"][0]["id"]')" --purpose "after the fire"
within 20 "the queue to be empty" queue_is_empty
ok "check agrees at the end" hub_check

# --- Restored with something lost: the ledger cannot go back ------------------------------------------------------------------------------

LEAVES=$(hub_says ledger-size)
daemon_stop hub
mv "$P/hub" "$P/hub.newest"
cp -a "$P/backup-2" "$P/hub"
cp -an "$P/backup-3/keys" "$P/hub/" && cp -n "$P/backup-3/matcher/matcher.key" "$P/hub/matcher/" && cp -n "$P/backup-3/tls.key" "$P/hub/"
ok "check agrees: an older backup is whole in itself" hub_check
daemon_start hub
ok "its ledger is smaller" test "$(hub_says ledger-size)" -lt "$LEAVES"
ok "the hub's metrics tell that seats are ahead of it" within 20 "the seats' word" metric_is 0 'tocsin_hub_witness_ahead{seat="1"}' 1
ok "a keeper alarms" within 20 "the alarm" metric_over 1 'tocsin_keeper_alarms_total{of="forked-ledger"}' 0
refused "a member notices" 'never shrinks' as reporter1 receipts --sync
refused "an analyst too" 'never shrinks' as intl ledger verify
daemon_stop hub
rm -rf "$P/hub"
mv "$P/hub.newest" "$P/hub"
daemon_start hub
ok "with the newest state it goes on" within 30 "a checkpoint" as intl ledger verify

# --- A keeper: only with its officer ---------------------------------------------------------------------------------------------------------

daemon_stop keeper2
cp -a "$P/keeper2" "$P/keeper2.copy"
daemon_start keeper2
within 20 "keeper2 to be active" state_is 2 active
WITNESSED=$(keeper_says 2 witnessed)
ok "work goes on" report reporter1 "later" later.backup.test
has_more() { [ "$(keeper_says 2 witnessed)" -gt "$WITNESSED" ]; }
within 20 "seat 2 to cosign it" has_more
daemon_stop keeper2
rm -rf "$P/keeper2"
mv "$P/keeper2.copy" "$P/keeper2"
ok "check agrees: a copy is whole in itself" keeper_check 2
daemon_start keeper2
ok "its metrics say that it is suspended" within 20 "seat 2 to suspend itself" metric_is 2 'tocsin_keeper_mode{mode="suspended"}' 1
ok "and count the alarm" within 20 "the alarm" metric_is 2 'tocsin_keeper_alarms_total{of="suspended"}' 1
says "check says why" 'suspended until its officer resumes it: it once cosigned' keeper_check 2
quietly tocsin officer resume --seat 2 -o "$P/resume"
quietly tocsin officer sign "$P/resume" --key "$P/officer2/officer.key" --seat 2 --origin "$ORIGIN" --yes -o "$P/resume"
ok "its officer resumes it" tocsin officer publish "$P/resume" --charter "$P/charter"
ok "it is active again" within 20 "seat 2 to be active" metric_is 2 'tocsin_keeper_mode{mode="active"}' 1
ok "and agrees" keeper_check 2

# Its store is lost, its keys are not: what was counted is gone, and it knows that there was something.
daemon_stop keeper2
rm -f "$P"/keeper2/store/*
daemon_start keeper2
ok "without its store it suspends itself" within 20 "seat 2 to suspend itself" metric_is 2 'tocsin_keeper_mode{mode="suspended"}' 1
says "check says why" 'the store was lost' keeper_check 2
next_second
quietly tocsin officer resume --seat 2 -o "$P/resume1"
quietly tocsin officer sign "$P/resume1" --key "$P/officer2/officer.key" --seat 2 --origin "$ORIGIN" --yes -o "$P/resume1"
ok "its officer resumes it" tocsin officer publish "$P/resume1" --charter "$P/charter"
ok "it is active" within 20 "seat 2 to be active" metric_is 2 'tocsin_keeper_mode{mode="active"}' 1

# Its disk is dead: a new one, with the keys from the safe, the charter, and nothing that was remembered.
daemon_stop keeper2
mv "$P/keeper2" "$P/keeper2.dead"
mkdir -m 700 "$P/keeper2" "$P/keeper2/keys"
for key in identity witness voucher ceremony share-* quarter-*; do cp -p "$P/keeper2.dead/keys/"$key "$P/keeper2/keys/"; done
cp -p "$P/keeper2.dead/tls.pem" "$P/keeper2.dead/tls.key" "$P/keeper2/"
ok "it is given the charter again" "$BIN/tocsin-keeper" charter -c "$P/keeper2.conf" "$P/charter"
daemon_start keeper2
ok "with keys from the safe alone it suspends itself too" within 20 "seat 2 to suspend itself" metric_is 2 'tocsin_keeper_mode{mode="suspended"}' 1
next_second
quietly tocsin officer resume --seat 2 -o "$P/resume2"
quietly tocsin officer sign "$P/resume2" --key "$P/officer2/officer.key" --seat 2 --origin "$ORIGIN" --yes -o "$P/resume2"
ok "its officer resumes it again" tocsin officer publish "$P/resume2" --charter "$P/charter"
ok "it works again" within 20 "seat 2 to be active" metric_is 2 'tocsin_keeper_mode{mode="active"}' 1
daemon_stop keeper3
ok "and opens with one other" as intl open "$(as reporter2 --json receipts | json 'd["receipts"][0]["id"]')" --purpose "with the new machine"
ok "it agrees" keeper_check 2
says "it has no cards" '"cards": \[\]|^\[\]' as intl --json cards --seat 2
daemon_start keeper3
ok "they are handed to it again" tocsin officer publish "$P/batch-all" --charter "$P/charter" --cards-only --wait 1
finish
