# Rows of figures (benchmarks/bench.h says what a row is): shown as they come, kept in $ROWS for the table. Sourced by ./bench.

say() { [ -n "$JSON" ] || printf '%s\n' "$*"; }

# Rows from standard input.
emit() {
	tee -a "$ROWS" | awk -F'\t' -v json="$JSON" -v shown="$ROWS.title" '
		function escape(s) { gsub(/[\\"]/, "\\\\&", s); return s }
		json { printf "{\"title\":\"%s\",\"what\":\"%s\",\"figure\":%s,\"unit\":\"%s\",\"rule\":\"%s\",\"limit\":%s,\"note\":\"%s\"}\n",
			escape($1), escape($2), $3 == "" ? "null" : $3, $4, $5, $6, escape($7); fflush(); next }
		FNR == 1 && (getline last < shown) > 0 { title = last }
		$1 != title { printf "\n%s\n", $1; title = $1 }
		$3 == "" { printf "  %-56s %s\n", $2, $7; fflush(); next }
		{ line = sprintf("  %-56s %10.4g %-3s", $2, $3, $4) }
		$5 == "<=" { line = line sprintf(" at most  %.4g", $6) }
		$5 == ">=" { line = line sprintf(" at least %.4g", $6) }
		$5 == "beside" { line = line sprintf(" beside   %.4g", $6) }
		{ print line ($7 != "" ? ($5 == "beside" ? ": " : ", ") $7 : ""); fflush() }
		END { print title >shown }'
}

# row WHAT FIGURE UNIT [RULE LIMIT [NOTE]], under $TITLE
row() {
	case $2 in '' | *[!0-9.e+-]*) die "no figure for: $1" ;; esac
	printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$TITLE" "$1" "$2" "$3" "${4:-}" "${5:-0}" "${6:-}" | emit
}
# none WHAT WHY, under $TITLE: a figure that cannot be had here
none() { printf '%s\t%s\t\t\t\t0\t%s\n' "$TITLE" "$1" "$2" | emit; }

promises() {
	[ -z "$JSON" ] || return 0
	awk -F'\t' '
		$5 != "<=" && $5 != ">=" { next }
		{ held = $5 == "<=" ? $3 + 0 <= $6 + 0 : $3 + 0 >= $6 + 0; all++; kept += held
		  printf "  %-56s %10.4g %s %-9.4g %-3s %s\n", $2, $3, $5, $6, $4, held ? "held" : sprintf("MISSED by %.0f %%", 100 * ($5 == "<=" ? $3 / $6 - 1 : 1 - $3 / $6)) }
		BEGIN { print "\nWhat was promised" }
		END { printf "  %d of %d held\n", kept, all }' "$ROWS"
}
