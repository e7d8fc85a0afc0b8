// Metrics in Prometheus' text format (text exposition format 0.0.4), written into a buffer. What is counted where, and what may not
// be: the programs' manual pages. No label ever names a member, a record or a value.
//
//     metric_family(b, METRIC_COUNTER, "tocsin_hub_filings_total", "Filings, by kind and result.");
//     metric_sample(b, "tocsin_hub_filings_total", 17, {"kind", "record"}, {"result", "accepted"});
#ifndef TOCSIN_METRIC_METRIC_H
#define TOCSIN_METRIC_METRIC_H

#include "base/buf.h"

#define METRIC_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define METRICS_MAX 65536 // bytes of one daemon's metrics
#define METRIC_CAUSES (ERR_SYSTEM + 1) // ERR_OK and every cause, each a counter

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };
struct metric_label {
	const char *name, *value; // name NULL ends the list
};

// The two lines before a family's samples. Names are [a-z_][a-z0-9_]*, checked: another is a broken invariant. Once per family.
void metric_family(struct buf *b, enum metric_kind kind, const char *name, const char *help);
#define metric_sample(b, name, value, ...) metric_put((b), (name), (value), (const struct metric_label[]){__VA_ARGS__ __VA_OPT__(,) {0}})
void metric_put(struct buf *b, const char *name, uint64_t value, const struct metric_label *labels);
// A family with one sample and no label.
void metric_one(struct buf *b, enum metric_kind kind, const char *name, const char *help, uint64_t value);
// A sample for every cause that has occurred, and for "ok", behind one label of the caller: {what, value, result}.
void metric_causes(struct buf *b, const char *name, const char *label, const char *value, const uint64_t counts[static METRIC_CAUSES]);

#endif
