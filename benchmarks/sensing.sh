# The sensor's figures. Sourced by ./bench after rows.sh.

# Real lines and real indicators, as data that is not part of the project: DATA/*.zst
real_lines() { # real_lines MIB
	local data=${TOCSIN_DATA:-../shared/data}/sensor directory=$WORK/sensor/real n
	if [ ! -e "$data/base-logs.tar.zst" ]; then
		TITLE="sensor, real lines" none "real lines" "skipped: $data/base-logs.tar.zst is not there"
		return
	fi
	mkdir -p "$directory/logs"
	for n in base-logs corpus-3MB-seed5; do zstd -dcq "$data/$n.tar.zst" | tar x -C "$directory/logs"; done
	find "$directory/logs" -name '*.log' -o -name '*.json' | LC_ALL=C sort | xargs cat >"$directory/once"
	: >"$directory/lines"
	n=$(($1 * 1048576 / $(stat -c %s "$directory/once") + 1))
	while [ $n -gt 0 ]; do cat "$directory/once"; n=$((n - 1)); done >"$directory/lines"
	{ printf 'type\tvalue\n'; zstd -dcq "$data/indicators-25k.tsv.zst"; } >"$directory/25k.tsv"
	real_set "real lines, 25,000 real indicators" "$directory" 25k
	zstd -dcq "$data/maltrail-indicators.tsv.zst" >"$directory/maltrail.tsv"
	real_set "real lines, Maltrail's list" "$directory" maltrail
}

real_set() { # real_set TITLE DIRECTORY NAME
	local set=$2/$3 n word rest
	TITLE="sensor, $1"
	"$BIN/tocsin-watch" compile --format csv "$set.tsv" -o "$set.set" --stats --verbose >"$set.stats" 2>"$set.refused" ||
		die "tocsin-watch compile: $(tail -1 "$set.refused")"
	while read -r n word rest; do
		n=${n//,/}
		case $word in
		indicators) row "indicators" "$n" '' '' 0 "$rest" ;;
		duplicates) row "duplicates" "$n" '' ;;
		refused) row "refused" "$n" '' '' 0 "$(reasons "$set.refused")" ;;
		esac
	done <"$set.stats"
	grep -a -o ', in [0-9.]* s' "$set.stats" | { read -r _ _ n _; row "compile, the command" "$n" s; }
	awk -F'\t' 'NR > 1 && length($2) > 3 { print $2 }' "$set.tsv" >"$set.list"
	"$BIN/tocsin-bench-sensor" "$2" real "$2/lines" "$set.set" "$set.list" "$TITLE" | emit
}

# The commonest reasons with a value for each, out of what compile says.
reasons() {
	awk '/^refused: / { rule = $0; sub(/.*": /, "", rule); value = $0; sub(/": .*/, "", value); sub(/.*: "/, "", value)
			if (!n[rule]++) first[rule] = value; of[rule] = rule }
		END { for (r in n) printf "%d\t%s (%s)\n", n[r], r, first[r] }' "$1" | sort -rn | head -4 | awk -F'\t' '{ printf "%s%s %s", (NR > 1 ? "; " : ""), $1, $2 }'
}

sensor() { # sensor MIB [quick]
	mkdir "$WORK/sensor"
	"$BIN/tocsin-bench-sensor" "$WORK/sensor" figures "$1" "$BIN/tocsin-watch" ${2:+quick} | emit
	rm -rf "$WORK"/sensor/*
	real_lines $(($1 / 4))
	rm -rf "$WORK/sensor"
}
