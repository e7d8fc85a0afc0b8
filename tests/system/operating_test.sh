#!/bin/bash
# OPERATING.md is true: every command in it exists with the options it gives, and what no other test rehearses is done here.
# operating_test.sh BUILD
set -u
BIN=$(realpath "$1")
cd "$(dirname "$0")/../.."
PORT=8650 NAME="Operating test"
. tests/system/three.sh
. tests/system/case.sh
eval "$(declare -f hub_conf | sed '1s/hub_conf/hub_conf_of_platform/')"
hub_conf() { hub_conf_of_platform; printf 'metrics 127.0.0.1:%s\nrefresh 5s\n' $((PORT + 10)) >>"$P/hub.conf"; }

# --- What it says exists ------------------------------------------------------------------------------------------------------------

usage_of() { # usage_of PROGRAM [VERB…]
	case $1 in
	tocsin) "$BIN/tocsin" help "${@:2}" ;;
	tocsin-inspect) "$BIN/tocsin-inspect" "$2" --help ;;
	*) "$BIN/$1" --help 2>&1; true ;;
	esac
}
commands() { # the commands of the page's blocks and of its `…`, one a line, without what runs them and without comments
	{ sed -n '/^```/,/^```/p' OPERATING.md; grep -o '`tocsin[^`]*`' OPERATING.md | tr -d '`'; } |
		grep -oE '(^|-- )tocsin(-hub|-keeper|-inspect)? [^#]*' | sed 's/^-- //; s/ *$//' | grep -v '^tocsin-[a-z]* *$' | sort -u
}
every_command_exists() {
	local program verb words option usage bad=0 n=0
	while read -r program words; do
		set -- $words
		n=$((n + 1))
		case "$program $1" in
		"tocsin officer") usage=$(usage_of tocsin officer "$2") && grep -q "tocsin officer $2" <<<"$usage" && [ "$(grep -c 'tocsin officer' <<<"$usage")" -le 2 ] || { echo "no such verb: $program $words"; bad=1; continue; } ;;
		"tocsin-inspect data" | "tocsin-inspect certify")
			usage=$(usage_of tocsin-inspect "$1" | grep -- "tocsin-inspect $1 $([ "$1" = data ] || [ "$2" = key ] && echo "$2")") || { echo "no such verb: $program $words"; bad=1; continue; } ;;
		"tocsin-inspect "*) usage=$(usage_of tocsin-inspect "$1") && grep -q "tocsin-inspect $1" <<<"$usage" || { echo "no such verb: $program $words"; bad=1; continue; } ;;
		"tocsin "*) usage=$(usage_of tocsin "$1") && grep -q "tocsin $1" <<<"$usage" || { echo "no such verb: $program $words"; bad=1; continue; } ;;
		*) usage=$(usage_of "$program"); verb=$1
			[ "${verb#-}" != "$verb" ] || grep -q "$program $verb " <<<"$usage" || { echo "no such verb: $program $words"; bad=1; continue; } ;;
		esac
		for option in $(grep -oE -- ' --?[a-z][a-z-]*' <<<" $words"); do
			grep -q -- "$option" <<<"$usage" || { echo "no option $option: $program $words"; bad=1; }
		done
	done < <(commands)
	echo "$n commands"
	[ $n -ge 50 ] && [ $bad = 0 ]
}
ok "every command of OPERATING.md exists, with its options" every_command_exists
every_metric_exists() {
	local name bad=0
	for name in $(grep -oE 'tocsin_(hub|keeper)_[a-z_]+' OPERATING.md hub/tocsin-hub.8 keeper/tocsin-keeper.8 -h | sort -u); do
		grep -qE "^# TYPE $name |^$name" "$P/metrics" || { echo "no such metric: $name"; bad=1; }
	done
	for name in $(sed -n 's/^# TYPE \(tocsin_[a-z_]*\) .*/\1/p' "$P/metrics"); do
		grep -q "$name" hub/tocsin-hub.8 keeper/tocsin-keeper.8 || { echo "not in a manual page: $name"; bad=1; }
	done
	[ $bad = 0 ]
}

three_make
daemon_stop keeper1
echo "metrics 127.0.0.1:$((PORT + 11))" >>"$P/keeper1.conf"
daemon_start keeper1
metric() { curl -s --max-time 5 "http://127.0.0.1:$((PORT + 10))/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }
metric_is() { [ "$(metric "$1")" = "$2" ]; }
within 20 "keeper1 to be active" state_is 1 active
curl -s "http://127.0.0.1:$((PORT + 10))/metrics" "http://127.0.0.1:$((PORT + 11))/metrics" >"$P/metrics"
ok "the metrics of OPERATING.md and the manual pages are those that are served" every_metric_exists

# --- Rotate the quarter --------------------------------------------------------------------------------------------------------------

ok "the next quarter's keys are missing" within 20 "the metric" metric_is 'tocsin_hub_quarter_key_missing{seat="2",quarter="next"}' 1
for seat in $(seats); do
	ok "seat $seat makes its key while it runs" "$BIN/tocsin-keeper" quarter -c "$P/keeper$seat.conf" --quarter next
	DOCUMENT=$(ls -t "$P/keeper$seat"/quarter-*.document | head -1)
	ok "its officer signs it" tocsin officer sign "$DOCUMENT" --key "$P/officer$seat/officer.key" --seat "$seat" --charter "$P/charter" --yes
	ok "and publishes it" tocsin officer publish "$DOCUMENT" --charter "$P/charter"
done
ok "now they are there" within 20 "the metric" metric_is 'tocsin_hub_quarter_key_missing{seat="2",quarter="next"}' 0
followed() { "$BIN/tocsin-keeper" check -c "$P/keeper2.conf" | grep -q "2 published sealing keys are here, one for the next quarter"; }
ok "and check has them" within 20 "seat 2 to follow" followed

# --- The next epoch of the token keys ----------------------------------------------------------------------------------------------------

ok "a new ceremony is ordered" tocsin officer order-ceremony --epoch 2 -o "$P/order2"
officers_sign "$P/order2" $(openers)
ok "the order is published" tocsin officer publish "$P/order2" --charter "$P/charter"
ok "the keepers make the keys" tocsin ceremony "$P/order2" --charter "$P/charter" --dir "$P/ceremony2"
for document in "$P"/ceremony2/token-key-*; do
	officers_sign "$document" $(openers)
	ok "$(basename "$document") is published" tocsin officer publish "$document" --charter "$P/charter"
done
ok "a report is filed under the new epoch" report reporter1 "new epoch" epoch.operating.test
queue_is_empty() { metric_is tocsin_hub_batches_queued 0; }
within 20 "the batch to be matched" queue_is_empty
ok "the shares are those of the new keys" "$BIN/tocsin-keeper" check -c "$P/keeper3.conf"

# --- The pepper is lost --------------------------------------------------------------------------------------------------------------------

daemon_stop hub
rm "$PEPPER/pepper"
printf 'TKEY1\n\004' >"$PEPPER/pepper" && head -c 32 /dev/urandom >>"$PEPPER/pepper" && chmod 600 "$PEPPER/pepper"
refused "the log of another pepper is told" 'DISAGREES .*written under another pepper' "$BIN/tocsin-hub" check -c "$P/hub.conf"
mv "$P/hub/matcher/tokens.log" "$P/useless"
daemon_start hub
ok "the matcher begins anew" within 20 "the metric" metric_is tocsin_hub_matcher_records 0
ok "reports go on" report reporter2 "after" epoch.operating.test
within 20 "the batch to be matched" queue_is_empty
ok "and are matched from now on" within 20 "the metric" metric_is tocsin_hub_matcher_records 1
ok "check agrees" "$BIN/tocsin-hub" check -c "$P/hub.conf"
ok "records of before are opened" as intl open "$(as reporter1 --json receipts | json 'd["receipts"][0]["id"]')" --purpose "after the loss"

# --- Seats of a keeper are never two -------------------------------------------------------------------------------------------------------

refused "a second hub over the same state" 'exists|another' "$BIN/tocsin-hub" -c "$P/hub.conf"
finish
