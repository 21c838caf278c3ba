package iameval

import (
	"encoding/base64"
	"math/big"
	"net"
	"strconv"
	"strings"
	"time"
)

// undecidable: a plain operator on a key with several values.
func (o *oracle) undecidable(s map[string]any, request Context) bool {
	block, _ := s["Condition"].(map[string]any)
	for operator, keys := range block {
		for key := range keys.(map[string]any) {
			if !strings.Contains(operator, ":") && operator != "Null" && len(request[strings.ToLower(key)]) > 1 {
				return true
			}
		}
	}
	return false
}

func (o *oracle) conditions(s map[string]any, request Context, variables bool) bool {
	block, _ := s["Condition"].(map[string]any)
	for operator, keys := range block {
		for key, want := range keys.(map[string]any) {
			if !o.condition(operator, texts(want), strings.ToLower(key), request, variables) {
				return false
			}
		}
	}
	return true
}

func (o *oracle) condition(operator string, want []string, key string, request Context, variables bool) bool {
	have, present := request[key]
	empty := strings.Join(have, "") == ""
	if operator == "Null" {
		return strings.Contains(strings.Join(want, " "), strconv.FormatBool(empty))
	}
	set, name, isSet := strings.Cut(operator, ":")
	if !isSet {
		set, name = "", operator
	}
	base := strings.TrimSuffix(name, "IfExists")
	if !present && base != name {
		return true
	}
	positive := strings.Replace(base, "Not", "", 1)
	count := 0
	for _, value := range have {
		matched := false
		for _, w := range want {
			w, ok := fill(w, request, variables)
			matched = matched || ok && o.compare(positive, w, value)
		}
		if matched == (positive == base) {
			count++
		}
	}
	switch {
	case set == "ForAllValues":
		return empty || count == len(have)
	case set == "ForAnyValue":
		return !empty && count > 0
	case len(have) == 0:
		return positive != base
	default:
		return count == 1
	}
}

// compare is one positive operator on one value of the policy and the request.
func (o *oracle) compare(operator, want, have string) bool {
	if have == "" && !strings.HasPrefix(operator, "String") && operator != "BinaryEquals" {
		return false
	}
	order := 0
	switch {
	case strings.HasPrefix(operator, "Numeric"):
		w, _ := new(big.Rat).SetString(want)
		h, _ := new(big.Rat).SetString(have)
		order = h.Cmp(w)
	case strings.HasPrefix(operator, "Date"):
		order = moment(have).Cmp(moment(want))
	}
	switch {
	case strings.HasSuffix(operator, "LessThan"):
		return order < 0
	case strings.HasSuffix(operator, "LessThanEquals"):
		return order <= 0
	case strings.HasSuffix(operator, "GreaterThan"):
		return order > 0
	case strings.HasSuffix(operator, "GreaterThanEquals"):
		return order >= 0
	case operator == "NumericEquals" || operator == "DateEquals":
		return order == 0
	case operator == "StringEquals" || operator == "Bool":
		return o.matchesGlob(want, have, false, false)
	case operator == "StringEqualsIgnoreCase":
		return o.matchesGlob(want, have, false, true)
	case operator == "StringLike":
		return o.matchesGlob(want, have, true, false)
	case operator == "ArnEquals" || operator == "ArnLike":
		return o.arn(want, have, nil, false)
	case operator == "BinaryEquals":
		return base64.StdEncoding.EncodeToString([]byte(have)) == want
	case operator == "IpAddress":
		if !strings.Contains(want, "/") {
			return net.ParseIP(want).Equal(net.ParseIP(have))
		}
		_, network, err := net.ParseCIDR(want)
		if err != nil {
			panic(err)
		}
		return network.Contains(net.ParseIP(have))
	}
	panic("oracle does not know " + operator)
}

// moment is a date in nanoseconds.
func moment(text string) *big.Int {
	if seconds, err := strconv.Atoi(text); err == nil {
		return new(big.Int).Mul(big.NewInt(int64(seconds)), big.NewInt(1e9))
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return big.NewInt(at.UnixNano())
}
