package iameval

import (
	"fmt"
	"strings"
)

// Keys makes a KnownKey of a list of condition keys. A key with a placeholder,
// such as aws:ResourceTag/${TagKey}, stands for every key that begins so.
func Keys(list ...string) func(key string) bool {
	exact, prefixes := map[string]bool{}, []string{}
	for _, key := range list {
		key = strings.ToLower(key)
		if prefix, _, ok := strings.Cut(key, "${"); ok {
			prefixes = append(prefixes, prefix)
		} else {
			exact[key] = true
		}
	}
	return func(key string) bool {
		key = strings.ToLower(key)
		if exact[key] {
			return true
		}
		for _, prefix := range prefixes {
			if strings.HasPrefix(key, prefix) && len(key) > len(prefix) {
				return true
			}
		}
		return false
	}
}

// CheckKeys reports the first condition key or variable that is not known.
func (p *Policy) CheckKeys(known func(key string) bool) error {
	for _, s := range p.statements {
		for _, key := range s.keys {
			if !known(key) {
				return fmt.Errorf("%s: condition key %s is not known, so the statement would never do what it says; check its spelling", s.ref, key)
			}
		}
	}
	return nil
}

func (c Context) checkKeys(known func(key string) bool) error {
	unknown := ""
	for key := range c {
		if !known(key) && (unknown == "" || key < unknown) {
			unknown = key
		}
	}
	if unknown != "" {
		return fmt.Errorf("request: context key %s is not known; check its spelling", unknown)
	}
	return nil
}
