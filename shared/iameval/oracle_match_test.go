package iameval

import (
	"fmt"
	"regexp"
	"strings"
)

// texts is a JSON scalar or list as strings.
func texts(value any) []string {
	if list, ok := value.([]any); ok {
		var out []string
		for _, v := range list {
			out = append(out, fmt.Sprint(v))
		}
		return out
	}
	return []string{fmt.Sprint(value)}
}

// Characters of a request's values that must not act as wildcards.
var (
	hide = strings.NewReplacer("*", "\ue000", "?", "\ue001", "$", "\ue002", ":", "\ue003")
	show = strings.NewReplacer("\ue000", `\*`, "\ue001", `\?`, "\ue002", `\$`, "\ue003", ":")
)

// globQuestion is a pattern, a value and how they are compared.
type globQuestion struct {
	pattern, value string
	wild, fold     bool
}

// globAnswers remembers, as regular expressions are slow to make.
var globAnswers = map[globQuestion]bool{}

// matchesGlob translates wildcards into a regular expression.
func (o *oracle) matchesGlob(pattern, value string, wild, fold bool) bool {
	question := globQuestion{pattern, value, wild, fold}
	if known, ok := globAnswers[question]; ok {
		return known
	}
	expression := regexp.QuoteMeta(pattern)
	if wild {
		expression = strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(expression)
	}
	flags := "(?s)"
	if fold {
		flags = "(?si)"
	}
	ok := regexp.MustCompile(flags + `\A` + show.Replace(expression) + `\z`).MatchString(value)
	globAnswers[question] = ok
	return ok
}

var variable = regexp.MustCompile(`\$\{([^}',]+)(?:, '([^']*)')?\}`)

// fill puts values in for variables; false if one has none.
func fill(text string, request Context, variables bool) (string, bool) {
	if !variables || !strings.Contains(text, "${") {
		return text, true
	}
	ok := true
	text = variable.ReplaceAllStringFunc(text, func(v string) string {
		m := variable.FindStringSubmatch(v)
		value := ""
		switch found := request[strings.ToLower(m[1])]; {
		case m[1] == "*" || m[1] == "?" || m[1] == "$":
			value = m[1]
		case len(found) == 1 && found[0] != "":
			value = found[0]
		case strings.Contains(v, ", '"):
			value = m[2]
		default:
			ok = false
		}
		return hide.Replace(value)
	})
	return text, ok
}

var lastName = regexp.MustCompile(`[^/]*$`)

// fullContext is the context with the keys that follow from actor and call.
func fullContext(a *actor, c call, context Context) Context {
	out := Context{"aws:resourceaccount": {c.thing.account}}
	for key, values := range context {
		out[strings.ToLower(key)] = values
	}
	types := map[string]string{"user": "User", "role": "AssumedRole", "session": "AssumedRole", "federatedUser": "FederatedUser", "root": "Account", "anonymous": "Anonymous"}
	if name := types[a.kind]; name != "" {
		out["aws:principaltype"] = []string{name}
	}
	switch a.kind {
	case "service":
		out["aws:principalisawsservice"], out["aws:principalservicename"] = []string{"true"}, []string{a.name}
	case "anonymous":
		out["aws:principalaccount"] = []string{"anonymous"}
	case "user":
		out["aws:username"] = []string{lastName.FindString(a.arn)}
	}
	if a.account != "" {
		out["aws:principalaccount"], out["aws:principalisawsservice"], out["aws:principalarn"] = []string{a.account}, []string{"false"}, []string{a.arn}
		if a.kind == "federatedUser" {
			out["aws:principalarn"] = []string{a.session}
		}
		if strings.HasPrefix(c.action, "kms:") {
			out["kms:calleraccount"] = []string{a.account}
		}
	}
	return out
}

// names tells whether a statement names the actor in the way asked for.
func (o *oracle) names(p *source, s map[string]any, a *actor, c call, named string) bool {
	if named == "" {
		return true
	}
	deny := s["Effect"] == "Deny"
	listed := map[string]bool{}
	element, inverse := s["Principal"], false
	if element == nil {
		element, inverse = s["NotPrincipal"], true
	}
	if element == "*" {
		listed["*"] = true
	} else {
		for _, list := range element.(map[string]any) {
			for _, name := range texts(list) {
				listed[strings.TrimSuffix(strings.TrimPrefix(name, "arn:aws:iam::"), ":root")] = true
				listed[name] = true
			}
		}
	}
	session, entity := listed[a.session] && a.session != "", listed[a.arn] && a.arn != ""
	account, name := listed[a.account] && a.account != "", listed[a.name] && a.name != ""
	if inverse {
		spared := listed["*"] || name || a.kind == "root" && account ||
			a.kind == "user" && entity && account || session && entity && account
		return a.boundary != nil || !spared
	}
	if account && a.kind != "root" && p.kind == EndpointPolicy && strings.HasPrefix(c.action, "s3:") && !deny {
		account = false
	}
	is := ""
	switch {
	case listed["*"], name, session, entity && a.kind == "user", a.kind == "root" && account:
		is = "direct"
	case entity:
		is = "entity"
	case account:
		is = "account"
	}
	return is != "" && (deny || named == "any" || named == is)
}

func (o *oracle) action(s map[string]any, action string) bool {
	element, inverse := s["Action"], false
	if element == nil {
		element, inverse = s["NotAction"], true
	}
	for _, pattern := range texts(element) {
		if o.matchesGlob(pattern, action, true, true) {
			return !inverse
		}
	}
	return inverse
}

func (o *oracle) resource(s map[string]any, arn string, request Context, variables bool) bool {
	element, inverse := s["Resource"], false
	if element == nil {
		element, inverse = s["NotResource"], true
	}
	if element == nil {
		return true
	}
	listed := false
	for _, pattern := range texts(element) {
		_, resolved := fill(pattern, request, variables)
		if !resolved && inverse && s["Effect"] == "Allow" {
			return false
		}
		listed = listed || pattern == "*" || arn != "*" && o.arn(pattern, arn, request, variables)
	}
	return listed != inverse
}

func (o *oracle) arn(pattern, arn string, request Context, variables bool) bool {
	pattern, ok := fill(pattern, request, variables)
	want, have := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if !ok || len(want) != 6 || len(have) != 6 {
		return false
	}
	for i := range want {
		if !o.matchesGlob(want[i], have[i], true, false) {
			return false
		}
	}
	return true
}
