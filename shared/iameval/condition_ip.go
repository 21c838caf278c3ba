package iameval

import (
	"fmt"
	"net/netip"
)

type rangeMatcher struct{ ranges []netip.Prefix }

// withinRanges compares an address with ranges in CIDR form; an address without
// a prefix length is that address alone. An IPv4 address is in no IPv6 range,
// and an IPv4 address written as IPv6 is the IPv4 address.
//
// Source: "IAM JSON policy elements: Condition operators", IP address condition
// operators.
func withinRanges(texts []template) (matcher, error) {
	m := rangeMatcher{}
	for _, text := range texts {
		r, err := netip.ParsePrefix(text.source)
		if err != nil {
			address, single := netip.ParseAddr(text.source)
			if single != nil || address.Zone() != "" {
				return nil, fmt.Errorf("%q is not an address or a range such as 203.0.113.0/24", text.source)
			}
			r = netip.PrefixFrom(address, address.BitLen())
		}
		if r.Addr().Is4In6() {
			return nil, fmt.Errorf("%q is IPv4 written as IPv6; write it as IPv4", text.source)
		}
		m.ranges = append(m.ranges, r)
	}
	return m, nil
}

func (m rangeMatcher) matches(value string, _ values) (bool, error) {
	if value == "" { // null matches nothing
		return false, nil
	}
	address, err := netip.ParseAddr(value)
	if err != nil || address.Zone() != "" {
		return false, fmt.Errorf("in the request %q is not an IP address", value)
	}
	for _, r := range m.ranges {
		if r.Contains(address.Unmap()) {
			return true, nil
		}
	}
	return false, nil
}
