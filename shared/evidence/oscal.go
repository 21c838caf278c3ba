package evidence

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/ringfence/ringfence/shared/controls"
)

// oscalVersion is the version of OSCAL that is written: NIST's Open Security
// Controls Assessment Language, the model of assessment results.
const oscalVersion = "1.1.3"

// oscalNamespace names what is not OSCAL's own in properties.
const oscalNamespace = "https://github.com/ringfence/ringfence/oscal"

// object is a JSON object; encoding/json writes its keys in order.
type object = map[string]any

// oscal writes the judgement as OSCAL assessment results. Identifiers are made
// from what they name, so that the same report has the same.
func (r *Report) oscal() ([]byte, error) {
	d := oscalDocument{Report: r}
	plan := d.id("plan")
	result := object{
		"uuid": d.id("result"), "title": "Ringfence, environment " + r.Environment.Stacks,
		"description": r.Headline.String() + ". Judged were the " + string(r.Basis) + ".",
		"start":       r.Time, "end": r.Time,
		"props": []object{
			d.property("commit", orNone(r.Commit)), d.property("catalogue", r.Catalogue), d.property("basis", string(r.Basis)),
			d.property("target", string(r.Environment.Target)),
		},
		"local-definitions": object{"components": d.components()},
		"reviewed-controls": object{"control-selections": []object{{
			"description": "The controls of the Ringfence catalogue that are on in this environment and found something to look at.",
		}}},
	}
	reviewed, observations, findings, risks := d.judged()
	selection := result["reviewed-controls"].(object)["control-selections"].([]object)[0]
	setUnlessEmpty(selection, "include-controls", reviewed)
	setUnlessEmpty(result, "observations", observations)
	setUnlessEmpty(result, "findings", findings)
	setUnlessEmpty(result, "risks", risks)
	return indented(object{"assessment-results": object{
		"uuid": d.id("assessment-results"),
		"metadata": object{
			"title": "Control assessment of environment " + r.Environment.Stacks, "last-modified": r.Time,
			"version": r.Catalogue, "oscal-version": oscalVersion, "remarks": strings.Join(r.Limits, "\n\n"),
		},
		"import-ap": object{"href": "#" + plan, "remarks": "The controls are those of the catalogue; there is no other plan."},
		"results":   []object{result},
		"back-matter": object{"resources": []object{{
			"uuid": plan, "title": "The Ringfence control catalogue", "description": "Every control that is on is judged by code, over the whole estate.",
		}}},
	}})
}

type oscalDocument struct{ *Report }

// id is the identifier of something in this report.
func (d oscalDocument) id(parts ...string) string {
	name := strings.Join(append([]string{Format, d.Environment.Account, d.Environment.Stacks, d.Time, d.Commit, string(d.Basis)}, parts...), "\x00")
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(name)).String()
}

func (d oscalDocument) property(name, value string) object {
	return object{"name": name, "ns": oscalNamespace, "value": value}
}

// components are the stacks.
func (d oscalDocument) components() []object {
	var out []object
	for _, s := range d.Stacks {
		state := "operational"
		if !s.Present {
			state = "under-development"
		}
		props := []object{d.property("resources", fmt.Sprint(s.Resources))}
		if s.Digest != "" {
			props = append(props, d.property("resources-sha256", s.Digest))
		}
		out = append(out, object{
			"uuid": d.id("stack", string(s.Name)), "type": "system", "title": "Stack " + string(s.Name), "description": s.Summary,
			"props": props, "status": object{"state": state},
		})
	}
	return out
}

// judged are the controls that were judged, each with an observation and a
// finding, and a risk where it does not hold.
func (d oscalDocument) judged() (reviewed, observations, findings, risks []object) {
	for _, c := range d.Controls {
		if !judged(c.Status) {
			continue
		}
		reviewed = append(reviewed, object{"control-id": strings.ToLower(c.ID)})
		observations = append(observations, d.observation(c))
		finding := object{
			"uuid": d.id("finding", c.ID), "title": c.ID + " " + string(c.Status), "description": c.Title,
			"target": object{
				"type": "objective-id", "target-id": strings.ToLower(c.ID), "title": c.Title, "status": oscalStatus(c.Status),
				"props": d.mappings(c),
			},
			"related-observations": []object{{"observation-uuid": d.id("observation", c.ID)}},
		}
		if risk := d.risk(c); risk != nil {
			risks = append(risks, risk)
			finding["related-risks"] = []object{{"risk-uuid": risk["uuid"]}}
		}
		findings = append(findings, finding)
	}
	return reviewed, observations, findings, risks
}

func oscalStatus(s controls.Status) object {
	if s == controls.Holds {
		return object{"state": "satisfied", "reason": "pass"}
	}
	out := object{"state": "not-satisfied", "reason": "fail", "remarks": string(s)}
	if s == controls.CannotTell {
		out["reason"] = "other"
	}
	return out
}

// mappings are the requirements that a control serves, each with its source.
func (d oscalDocument) mappings(c Control) []object {
	out := []object{d.property("tier", string(c.Tier)), d.property("severity", string(c.Severity))}
	for _, s := range c.Serves {
		for _, q := range s.Requirements {
			p := d.property(s.Framework, q.ID)
			p["remarks"] = "source of the mapping: " + string(q.Source)
			out = append(out, p)
		}
	}
	return out
}

func (d oscalDocument) observation(c Control) object {
	var subjects []object
	for _, checked := range c.Proof.Checked {
		if checked.Stack != "" {
			subjects = append(subjects, object{"subject-uuid": d.id("stack", string(checked.Stack)), "type": "component", "title": "Stack " + string(checked.Stack)})
		}
	}
	text := "Nothing was found against it."
	if list := d.places(c); len(list) > 0 {
		text = strings.Join(list, "\n\n")
	}
	out := object{
		"uuid": d.id("observation", c.ID), "title": c.ID, "description": text, "methods": []string{"TEST"}, "types": []string{"control-objective"},
		"collected":         d.Time,
		"relevant-evidence": []object{{"href": "./" + ControlsFile, "description": "Proof: " + c.Proof.String() + "."}},
	}
	setUnlessEmpty(out, "subjects", subjects)
	return out
}

// places are where a control does not hold.
func (d oscalDocument) places(c Control) []string {
	var out []string
	for _, list := range [][]controls.Finding{c.Findings, c.Unknown, c.Excepted} {
		for _, f := range list {
			out = append(out, f.String())
		}
	}
	return out
}

// risk is the risk of a control that does not hold; nil when it holds.
func (d oscalDocument) risk(c Control) object {
	risk := object{
		"uuid": d.id("risk", c.ID), "title": c.ID + " does not hold", "description": c.Title, "statement": strings.Join(d.places(c), "\n\n"),
		"props": []object{d.property("severity", string(c.Severity))},
	}
	switch c.Status {
	case controls.Holds:
		return nil
	case controls.Excepted:
		risk["status"] = "deviation-approved"
		for _, x := range d.Exceptions {
			if x.Control == c.ID && len(x.Covers) > 0 {
				risk["deadline"] = x.Expires + "T23:59:59Z"
				risk["statement"] = risk["statement"].(string) + "\n\n" + x.Owner + " has decided to live with it: " + x.Reason
				risk["mitigating-factors"] = []object{{"uuid": d.id("mitigation", c.ID), "description": x.Compensation}}
			}
		}
	case controls.CannotTell:
		risk["status"] = "investigating"
	default:
		risk["status"] = "open"
	}
	return risk
}

// setUnlessEmpty sets a list, which OSCAL does not want empty.
func setUnlessEmpty(in object, key string, list []object) {
	if len(list) > 0 {
		in[key] = list
	}
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
