package iameval

type arnMatcher struct{ patterns []arnPattern }

// likeARNs compares part by part; ArnEquals and ArnLike "behave identically". A
// value of the request that is no ARN matches none.
//
// Source: "IAM JSON policy elements: Condition operators", Amazon Resource Name
// (ARN) condition operators.
func likeARNs(texts []template) (matcher, error) {
	m := arnMatcher{}
	for _, text := range texts {
		p, err := arnPatternOf(text)
		if err != nil {
			return nil, err
		}
		m.patterns = append(m.patterns, p)
	}
	return m, nil
}

func (m arnMatcher) matches(value string, c values) (bool, error) {
	a, isARN := splitARN(value)
	matched := false
	for _, p := range m.patterns {
		parts, ok, err := p.expand(c)
		if err != nil {
			return false, err
		}
		matched = matched || ok && isARN && parts.matches(a)
	}
	return matched, nil
}
