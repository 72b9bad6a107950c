package revoke

import "strings"

// dnsSuffix is the domain of AWS in the partition of a region, and whether the region has the form of one.
// The table is partitions.json of the AWS SDKs; what it leaves to \w+ is here only what a region really has.
func dnsSuffix(region string) (suffix string, known bool) {
	area, number, ok := cutLast(region)
	area, place, more := cutLast(area)
	if !ok || !more || !only(place, 'a', 'z') || !only(number, '0', '9') || len(region) > 32 {
		return "", false
	}
	switch area {
	case "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx", "us-gov":
		return "amazonaws.com", true
	case "cn":
		return "amazonaws.com.cn", true
	case "eusc-de":
		return "amazonaws.eu", true
	case "us-iso":
		return "c2s.ic.gov", true
	case "us-isob":
		return "sc2s.sgov.gov", true
	case "eu-isoe":
		return "cloud.adc-e.uk", true
	case "us-isof":
		return "csp.hci.ic.gov", true
	}
	return "", false
}

// cutLast cuts a region at its last hyphen.
func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// only tells whether s has only bytes from low to high, and at least one.
func only(s string, low, high byte) bool {
	for i := range len(s) {
		if s[i] < low || s[i] > high {
			return false
		}
	}
	return s != ""
}
