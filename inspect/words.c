#include "words.h"

#include <stdlib.h>

#include "verb/verb.h"

static const char *const words[WORDS][LANGUAGES] = {
	[WORD_INSPECTION] = {"Inspection of", "Inspection :"},
	[WORD_REGIME] = {"under:", "au titre de :"},
	[WORD_VERDICT] = {"Verdict:", "Verdict :"},
	[WORD_FAVOURABLE] = {"FAVOURABLE", "FAVORABLE"},
	[WORD_FAVOURABLE_SO_FAR] = {"FAVOURABLE, but questions are not answered", "FAVORABLE, mais des questions sont sans réponse"},
	[WORD_REINSPECTION] = {"RE-INSPECTION DUE", "CONTRE-VISITE OBLIGATOIRE"},
	[WORD_REFUSED] = {"REFUSED: withdraw from production", "REFUSÉ, à retirer de la production"},
	[WORD_REFUSED_SOME] = {"REFUSED: withdraw what is critical from production",
                           "REFUSÉ, ce qui est critique est à retirer de la production"},
	[WORD_CRITICAL] = {"critical", "critique"},
	[WORD_MAJOR] = {"major", "majeur"},
	[WORD_MINOR] = {"minor", "mineur"},
	[WORD_DEROGATED] = {"; %s under derogation", " ; %s sous dérogation"},
	[WORD_TO_DO] = {"What to do, in order", "À faire, dans l'ordre"},
	[WORD_NOTHING] = {"Nothing to do.", "Rien à faire."},
	[WORD_TODAY] = {"today", "aujourd'hui"},
	[WORD_BY] = {"by", "d'ici au"},
	[WORD_CURES_ONE] = {"cures 1 defect", "corrige 1 défaillance"},
	[WORD_CURES] = {"cures %s defects", "corrige %s défaillances"},
	[WORD_EXPLOITED] = {"%s known exploited", "exploitation connue : %s"},
	[WORD_AND_MORE] = {"and %s more", "et %s autre(s)"},
	[WORD_MORE_STEPS] = {"… and %s more steps (--json has them all)", "… et %s étapes de plus (--json les donne toutes)"},
	[WORD_UPDATE] = {"update", "mettre à jour"},
	[WORD_UPDATE_ALL] = {"let the package manager update", "lancer les mises à jour du système"},
	[WORD_REPLACE] = {"replace", "remplacer"},
	[WORD_WAS_LAST] = {"was its last version", "en était la dernière version"},
	[WORD_REPLACE_BY] = {"its support ended", "fin de support le"},
	[WORD_REMOVE] = {"take out of service", "mettre hors service"},
	[WORD_RESTART] = {"restart", "redémarrer"},
	[WORD_REBOOT] = {"reboot into the kernel", "redémarrer sur le noyau"},
	[WORD_CREDENTIAL] = {"change the default credential of", "changer le mot de passe par défaut sur"},
	[WORD_CARETAKER] = {"name a qualified caretaker", "désigner un prestataire qualifié"},
	[WORD_MITIGATE] = {"no cure in the data: isolate, or follow the editor's advice for",
                       "aucun correctif dans les données : isoler, ou suivre l'avis de l'éditeur pour"},
	[WORD_ANSWER] = {"put right:", "à corriger :"},
	[WORD_UNDECIDED] = {"What was not decided, and counts for nothing", "Ce qui n'a pas été tranché, et ne compte pas"},
	[WORD_UNCOMPUTED] = {"cannot be computed: %s", "non calculables : %s"},
	[WORD_DOUBTFUL] = {"doubtful matches, to be confirmed: %s", "rapprochements douteux, à confirmer : %s"},
	[WORD_SILENCED] = {"said not to apply (VEX; kernels not in use): %s",
	                   "déclarées non applicables (VEX ; noyaux hors service) : %s"},
	[WORD_PASSED_OVER] = {"lines or entries that could not be read (no certificate until they are put right): %s",
	                       "lignes ou entrées illisibles (pas de certificat tant qu'elles le sont) : %s"},
	[WORD_INDICATORS] = {"Indicators", "Indicateurs"},
	[WORD_OF] = {"of", "sur"},
	[WORD_DATA] = {"The data", "Les données"},
	[WORD_DATED] = {"of", "du"},
	[WORD_DAYS] = {"days old", "jours"},
	[WORD_STALE] = {"STALE", "PÉRIMÉES"},
	[WORD_NO_CERTIFICATE] = {"no certificate can be made", "aucun certificat ne peut être établi"},
	[WORD_ITEMS] = {"items inspected: %s", "éléments inspectés : %s"},
	[WORD_EXTENDED] = {"extended support until %s counts for those who have it: --extended-support",
                       "le support étendu jusqu'au %s vaut pour qui en dispose : --extended-support"},
	[WORD_FUTURE] = {"dated in the future", "datées du futur"},
	[WORD_MACHINES] = {"%s machines", "%s machines"},
	[WORD_UNREAD] = {"not read", "non lus"},
	[WORD_ANSWERS] = {"The inspector's answers:", "Réponses de l'inspecteur :"},
	[WORD_TO_DO_FLEET] = {"What to do, over all machines, the most urgent first",
                         "À faire, toutes machines confondues, le plus urgent d'abord"},
	[WORD_ON_MACHINES] = {"on %s machine(s)", "sur %s machine(s)"},
	[WORD_MORE_KINDS] = {"… %s defects more, of steps that are not told apart",
                         "… %s défaillances de plus, dont les étapes ne sont pas détaillées"},
	[WORD_WORST] = {"The machines that need it most", "Les machines les plus touchées"},
	[WORD_SHORT_REINSPECTION] = {"re-inspection due", "contre-visite"},
	[WORD_SHORT_REFUSED] = {"refused", "refusée"},
	[WORD_COLON] = {": ", " : "},
	[WORD_SEMICOLON] = {"; ", " ; "},
	[WORD_FOR] = {"for", "pour"},
	[WORD_REPLACE_SOON] = {"its support ends", "fin de support le"},
	[WORD_ENDED] = {"out of support", "hors support"},
	[WORD_AGAIN] = {"re-inspection: the points of certificate", "contre-visite : les points du certificat"},
	[WORD_CHANGES_ONLY] = {"only flaws whose exploitation is known otherwise than before were looked at",
                           "seules les failles dont l'exploitation est connue autrement qu'avant ont été regardées"},
	[WORD_UNANSWERED] = {"questions nobody answered: %s (`tocsin-inspect answer` asks them)",
                         "questions sans réponse : %s (`tocsin-inspect answer` les pose)"},
	[WORD_ANSWERED] = {"the answer is", "la réponse est"},
};

static const char *const reasons[][LANGUAGES] = {
	{"nobody is named who looks after it", "personne n'est désigné pour s'en occuper"},
	{"is not in the register of qualified providers", "absent du registre des prestataires qualifiés"},
	{"its qualification is suspended", "sa qualification est suspendue"},
	{"the register does not say from when to when it is qualified", "le registre ne dit pas de quand à quand il est qualifié"},
	{"questions were not answered", "des questions sont restées sans réponse"},
	{"its version is not known", "sa version n'est pas connue"},
	{"its author has not said yet whether it is affected", "son auteur n'a pas encore dit s'il est concerné"},
	{"the record does not say", "la fiche ne le dit pas"},
	{"its key is not in the register of qualified providers", "sa clé n'est pas au registre des prestataires qualifiés"},
	{"its qualification had not begun on the day", "sa qualification n'avait pas commencé ce jour-là"},
	{"its qualification had ended on the day", "sa qualification était terminée ce jour-là"},
	{"an older kernel, which neither runs nor starts next", "un ancien noyau, ni en marche ni au prochain démarrage"},
	{"no register of providers is at hand", "aucun registre des prestataires n'était disponible"},
	{"banned equipment", "équipements interdits"},
	{"qualified providers", "prestataires qualifiés"},
	{"affected packages", "paquets touchés"},
	{"aliases", "autres noms"},
	{"no source of flaws (cve, osv, debian, csaf or table)", "aucune source de failles (cve, osv, debian, csaf ou table)"},
	{"no list of known exploited flaws (kev)", "aucune liste des failles exploitées (kev)"},
	{"no end-of-life data (eol)", "aucune donnée de fin de support (eol)"},
	{"yes", "oui"},
	{"no", "non"},
	{"unknown", "inconnue"},
	{"not-applicable", "sans objet"},
};

struct slice word_reason(enum language l, struct slice reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (slice_is_text(reason, reasons[i][LANGUAGE_EN]))
			return slice_text(reasons[i][l]);
	return reason;
}

const char *word_count(enum language l, uint64_t n)
{
	static char turn[4][64];
	static unsigned which;
	char *to = turn[which++ % 4], *out = to;
	for (const char *from = verb_count(n); *from != 0; from++)
		if (*from == ',' && l == LANGUAGE_FR)
			out = stpcpy(out, "\xc2\xa0"); // U+00A0
		else
			*out++ = *from;
	*out = 0;
	return to;
}

void word_share(struct buf *out, enum language l, uint64_t part, uint64_t whole)
{
	uint64_t tenths = whole == 0 ? 0 : (uint64_t)(1000.0 * (double)part / (double)whole + 0.5);
	if (whole > 0)
		buf_printf(out, " (%llu%s%llu %%)", (unsigned long long)(tenths / 10), word_say(l, ".", ","),
		           (unsigned long long)(tenths % 10));
}

const char *word(enum language l, enum word w)
{
	return words[w][l];
}

const char *word_say(enum language l, const char *en, const char *fr)
{
	return l == LANGUAGE_FR ? fr : en;
}

bool word_language(const char *name, enum language *l)
{
	static const char *const of_environment[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
	*l = LANGUAGE_EN;
	for (int i = 0; name != NULL && i < LANGUAGES; i++)
		if (strcmp(name, language_name((enum language)i)) == 0) {
			*l = (enum language)i;
			return true;
		}
	for (size_t i = 0; name == NULL && i < sizeof of_environment / sizeof *of_environment; i++) {
		const char *locale = getenv(of_environment[i]);
		if (locale == NULL || locale[0] == 0)
			continue;
		if (strncmp(locale, "fr", 2) == 0 && strchr("_.@", locale[2]) != NULL) // "fr", "fr_FR.UTF-8"
			*l = LANGUAGE_FR;
		break;
	}
	return name == NULL;
}

void word_put(struct buf *out, struct slice text, size_t most)
{
	struct slice kept = slice_cut(text, most);
	size_t bad;
	const bool utf8 = slice_is_utf8(kept, &bad);
	for (size_t i = 0; i < kept.n;) {
		size_t n = utf8 || kept.p[i] < 0x80 ? slice_control(kept, i) : 1;
		buf_put_u8(out, n > 0 ? '?' : kept.p[i]);
		i += n > 0 ? n : 1;
	}
	buf_put_text(out, kept.n < text.n ? "…" : "");
}
