package controls

import (
	"slices"
	"strings"

	"github.com/ringfence/ringfence/shared/graph"
	"github.com/ringfence/ringfence/shared/snapshot"
)

const (
	metricFilterType = "aws:cloudwatch/logMetricFilter:LogMetricFilter"
	metricAlarmType  = "aws:cloudwatch/metricAlarm:MetricAlarm"
	topicType        = "aws:sns/topic:Topic"
)

// alarmSeconds is the longest time over which events are counted.
const alarmSeconds = 300

// alarmsOn wants an alarm on events, raised by a single one.
func alarmsOn(pattern string) func(*inspection) {
	ways := mustWays(pattern)
	return func(in *inspection) { in.alarms(ways, 1) }
}

func mustWays(pattern string) []clauses {
	ways, err := filterWays(pattern)
	if err != nil {
		panic("filter pattern " + pattern + ": " + err.Error()) // the patterns are constants
	}
	return ways
}

// alarms wants a filter on the trail's log group that counts every event that
// matches, and an alarm on that metric, raised by so many events or fewer.
func (in *inspection) alarms(events []clauses, most float64) {
	if !in.Has(graph.Audit) {
		return
	}
	in.checked[graph.Audit]++
	filter, ok := in.closestFilter(events)
	if !ok {
		return
	}
	filter.countsEach(events)
	const metric = "metricTransformation."
	name, space := filter.Get(metric+"name"), filter.Get(metric+"namespace")
	if !snapshot.Known(name) || !snapshot.Known(space) {
		filter.cannotTell(metric+"name", "a metric with an alarm")
		return
	}
	onMetric := func(r *snapshot.Resource) bool { return r.Get("metricName") == name && r.Get("namespace") == space }
	if alarm, ok := filter.hasOne("an alarm on the metric "+show(name), metricAlarmType, onMetric, "metricName", "namespace"); ok {
		alarm.isRaisedBy(most)
	}
}

// closestFilter is the filter that is meant for the events: the one that has the
// most of their clauses, if that is at least half of them.
func (in *inspection) closestFilter(events []clauses) (subject, bool) {
	var closest, undecided *snapshot.Resource
	most := 0
	for _, filter := range in.OfType(metricFilterType) {
		pattern, _ := filter.Get("pattern").(string)
		if pattern == snapshot.Unknown {
			undecided = filter
		}
		ways, _ := filterWays(pattern)
		if n := common(events, ways); n > most {
			closest, most = filter, n
		}
	}
	all := len(events) + len(atoms(events))
	switch {
	case undecided != nil && most < all:
		subject{in, undecided}.cannotTell("pattern", "the pattern "+showWays(events))
	case closest == nil || 2*most < len(atoms(events)):
		in.missing(graph.Audit, "a metric filter on the trail's log group for "+showWays(events))
	default:
		return subject{in, closest}, true
	}
	return subject{}, false
}

// countsEach wants a filter to count every one of the events as 1: each way to
// match must be there as it is, without a clause less or more.
func (s subject) countsEach(events []clauses) {
	if groups := s.in.trailLogGroups(); len(groups) > 0 {
		s.refersTo("logGroupName", "the trail's log group", groups...)
	} else {
		s.cannotTell("logGroupName", "the trail's log group") // AUD-06 says where the trail goes
	}
	s.want("pattern", "a pattern that can be judged", func(v any) bool {
		pattern, _ := v.(string)
		ways, err := filterWays(pattern)
		var missed []clauses
		for _, event := range events {
			if !slices.ContainsFunc(ways, func(way clauses) bool { return slices.Equal(way, event) }) {
				missed = append(missed, event)
			}
		}
		if err == nil && len(missed) > 0 {
			s.fail("pattern", "exactly "+showWays(missed), show(v))
		}
		return err == nil
	})
	const metric = "metricTransformation."
	s.isSet(metric+"name", "a metric")
	s.isSet(metric+"namespace", "a namespace")
	s.want(metric+"value", `"1"`, func(v any) bool { return v == "1" })
	s.isEmpty(metric + "dimensions")
	s.want(metric+"defaultValue", "nothing, or 0", func(v any) bool { return empty(v) || v == "0" })
}

// isRaisedBy wants an alarm on a filter's metric to be raised by so many events.
func (s subject) isRaisedBy(most float64) {
	s.is("statistic", "Sum")
	if most == 1 {
		s.is("threshold", 1)
	} else {
		s.isAtLeast("threshold", 1)
		s.isAtMost("threshold", most)
	}
	s.isEmpty("dimensions")
	s.isHeard()
}

// isHeard wants an alarm to be raised within five minutes, and to tell the topic
// of the security alarms.
func (s subject) isHeard() {
	s.is("comparisonOperator", "GreaterThanOrEqualToThreshold")
	s.isAtMost("period", alarmSeconds)
	s.is("evaluationPeriods", 1)
	s.want("datapointsToAlarm", "nothing, or 1", func(v any) bool { n, _ := number(v); return v == nil || n <= 1 })
	s.is("treatMissingData", "notBreaching")
	s.isEmpty("metricQueries")
	s.is("actionsEnabled", true)
	s.refersTo("alarmActions", "the topic of the security alarms", s.in.ofStack(graph.Audit, topicType)...)
}

func alarmsAreHeard(in *inspection) {
	in.required(graph.Audit, metricAlarmType)
	for _, alarm := range in.each(metricAlarmType, "aws:cloudwatch/compositeAlarm:CompositeAlarm") {
		alarm.is("actionsEnabled", true)
		if alarm.Get("alarmActions") == snapshot.Unknown {
			alarm.cannotTell("alarmActions", "an action") // it may be an empty list
		} else {
			alarm.isSet("alarmActions", "an action")
		}
		alarm.isEmpty("actionsSuppressor")
	}
}

// common counts the different clauses of a that b has too, and each way of a that
// b has as it is.
func common(a, b []clauses) int {
	n := 0
	for _, way := range a {
		if slices.ContainsFunc(b, func(other clauses) bool { return slices.Equal(way, other) }) {
			n++
		}
	}
	has := atoms(b)
	for clause := range atoms(a) {
		if has[clause] {
			n++
		}
	}
	return n
}

func atoms(ways []clauses) map[string]bool {
	out := map[string]bool{}
	for _, way := range ways {
		for _, clause := range way {
			out[clause] = true
		}
	}
	return out
}

func showWays(ways []clauses) string {
	const most = 4
	words := make([]string, 0, most+1)
	for _, way := range ways {
		if len(words) == most {
			words = append(words, "…")
			break
		}
		words = append(words, way.String())
	}
	return strings.Join(words, " or ")
}
