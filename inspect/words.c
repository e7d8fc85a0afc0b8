#include "words.h"

static const char *const words[WORDS][LANGUAGES] = {
	[WORD_INSPECTION] = {"Inspection of", "Inspection de"},
	[WORD_REGIME] = {"under:", "au titre de :"},
	[WORD_VERDICT] = {"Verdict:", "Verdict :"},
	[WORD_FAVOURABLE] = {"FAVOURABLE", "FAVORABLE"},
	[WORD_REINSPECTION] = {"RE-INSPECTION DUE", "CONTRE-VISITE OBLIGATOIRE"},
	[WORD_REFUSED] = {"REFUSED: withdraw from production", "REFUSÉ : à retirer de la production"},
	[WORD_CRITICAL] = {"critical", "critique"},
	[WORD_MAJOR] = {"major", "majeur"},
	[WORD_MINOR] = {"minor", "mineur"},
	[WORD_DEROGATED] = {"; %s under derogation", " ; %s sous dérogation"},
	[WORD_TODO] = {"What to do, in order", "À faire, dans l'ordre"},
	[WORD_NOTHING] = {"Nothing to do.", "Rien à faire."},
	[WORD_TODAY] = {"today", "aujourd'hui"},
	[WORD_BY] = {"by", "avant le"},
	[WORD_CURES_ONE] = {"cures 1 defect", "corrige 1 défaillance"},
	[WORD_CURES] = {"cures %s defects", "corrige %s défaillances"},
	[WORD_EXPLOITED] = {"%s known exploited", "dont %s exploitées"},
	[WORD_AND_MORE] = {"and %s more", "et %s autres"},
	[WORD_MORE_STEPS] = {"… and %s more steps (--json has them all)", "… et %s autres étapes (--json les donne toutes)"},
	[WORD_UPDATE] = {"update", "mettre à jour"},
	[WORD_UPDATE_ALL] = {"let the package manager update", "lancer les mises à jour du système"},
	[WORD_REPLACE] = {"replace", "remplacer"},
	[WORD_REPLACE_BY] = {"its support ended", "fin de support"},
	[WORD_REMOVE] = {"take out of service", "mettre hors service"},
	[WORD_RESTART] = {"restart", "redémarrer"},
	[WORD_REBOOT] = {"reboot into the kernel", "redémarrer sur le noyau"},
	[WORD_CREDENTIAL] = {"change the default credential of", "changer le mot de passe par défaut de"},
	[WORD_CARETAKER] = {"name a qualified caretaker", "désigner un prestataire qualifié"},
	[WORD_MITIGATE] = {"no cure is published: isolate or mitigate", "aucun correctif publié : isoler ou atténuer"},
	[WORD_ANSWER] = {"settle", "régler"},
	[WORD_UNDECIDED] = {"What was not decided, and counts for nothing", "Ce qui n'a pas été tranché, et ne compte pas"},
	[WORD_UNCOMPUTED] = {"cannot be computed: %s", "non calculables : %s"},
	[WORD_DOUBTFUL] = {"doubtful matches, to be confirmed: %s", "rapprochements douteux, à confirmer : %s"},
	[WORD_SILENCED] = {"said not to apply (VEX): %s", "déclarées non applicables (VEX) : %s"},
	[WORD_PASSED_OVER] = {"lines or entries that could not be read: %s", "lignes ou entrées illisibles : %s"},
	[WORD_INDICATORS] = {"Indicators", "Indicateurs"},
	[WORD_OF] = {"of", "sur"},
	[WORD_DATA] = {"The data", "Les données"},
	[WORD_DATED] = {"of", "du"},
	[WORD_DAYS] = {"days old", "jours"},
	[WORD_STALE] = {"STALE", "PÉRIMÉ"},
	[WORD_NO_CERTIFICATE] = {"no certificate can be made", "aucun certificat ne peut être établi"},
	[WORD_ITEMS] = {"items inspected: %s", "éléments inspectés : %s"},
	[WORD_EXTENDED] = {"extended support until %s counts with a contract alone: --extended-support", "le support étendu jusqu'au %s ne vaut qu'avec un contrat : --extended-support"},
	[WORD_FUTURE] = {"dated in the future", "datées du futur"},
	[WORD_MACHINES] = {"%s machines", "%s machines"},
	[WORD_UNREAD] = {"not read", "non lus"},
	[WORD_ANSWERS] = {"The inspector's answers:", "Réponses du contrôleur :"},
	[WORD_TODO_FLEET] = {"What to do, over all machines, the most urgent first", "À faire, toutes machines confondues, le plus urgent d'abord"},
	[WORD_ON_MACHINES] = {"on %s machines", "sur %s machines"},
	[WORD_MORE_KINDS] = {"… %s defects more, of steps that are not told apart", "… %s défaillances de plus, dont les étapes ne sont pas détaillées"},
	[WORD_WORST] = {"The machines that need it most", "Les machines les plus touchées"},
	[WORD_SHORT_REINSPECTION] = {"re-inspection due", "contre-visite"},
	[WORD_SHORT_REFUSED] = {"refused", "refusée"},
};

static const char *const reasons[][LANGUAGES] = {
	{"nobody is named who looks after it", "personne n'est désigné pour s'en occuper"},
	{"is not in the register of qualified providers", "absent du registre des prestataires qualifiés"},
	{"its qualification is suspended", "sa qualification est suspendue"},
	{"its qualification has not begun", "sa qualification n'a pas commencé"},
	{"its qualification has expired", "sa qualification a expiré"},
	{"its version is not known", "sa version n'est pas connue"},
	{"its author has not said yet whether it is affected", "son auteur n'a pas encore dit s'il est concerné"},
	{"the record does not say", "la fiche ne le dit pas"},
};

struct slice word_reason(enum language l, struct slice reason)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (slice_is_text(reason, reasons[i][LANGUAGE_EN]))
			return slice_text(reasons[i][l]);
	return reason;
}

const char *word(enum language l, enum word w)
{
	return words[w][l];
}
