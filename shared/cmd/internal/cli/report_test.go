package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnitReportRefusesWhatMakesNoSense(t *testing.T) {
	root, mine := checkout(t, nil), t.TempDir()
	if err := os.WriteFile(filepath.Join(mine, "thesis.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"two ways to sign":  {[]string{"report", "--unsigned", "--key", "k"}, exitUsage, "exclude each other"},
		"no time":           {[]string{"report", "--unsigned", "--time", "yesterday"}, exitUsage, "2027-01-31T12:00:00Z"},
		"somebody's folder": {[]string{"report", "--unsigned", "--out", mine}, exitFailed, "is no report"}, // before anything is read
		"nothing there":     {[]string{"report", "--unsigned", "--live=false"}, exitFailed, "nothing is deployed"},
		"no emulator":       {[]string{"report", "--unsigned"}, exitFailed, "--live=false reports what the state says"},
		"no key":            {[]string{"report", "--key", filepath.Join(root, "none.pem")}, exitFailed, "none.pem"},
		"no report":         {[]string{"report", "verify", root}, exitFailed, "is no report"},
		"not there":         {[]string{"report", "verify", filepath.Join(root, "none")}, exitFailed, "there is no folder"},
		"no folder":         {[]string{"report", "verify"}, exitUsage, "takes the folder"},
	} {
		status, out, errOut := run(t, root, c.args...)
		if status != c.status || !strings.Contains(errOut, c.says) {
			t.Errorf("%s: status %d, %s%s", name, status, out, errOut)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".ringfence", "reports", "*")); len(left) > 0 {
		t.Errorf("a report that failed left %v", left)
	}
}

func TestUnitReportTimeIsTheDeclaredOne(t *testing.T) {
	for name, c := range map[string]struct{ flag, epoch, want string }{
		"flag":   {"2027-01-31T12:00:00+01:00", "1", "2027-01-31T11:00:00Z"},
		"source": {"", "1800000000", "2027-01-15T08:00:00Z"},
	} {
		a := &App{Environ: []string{"SOURCE_DATE_EPOCH=" + c.epoch}, Out: os.Stdout}
		at, err := a.declaredTime(c.flag)
		if err != nil || at.Format("2006-01-02T15:04:05Z07:00") != c.want {
			t.Errorf("%s: %v, %v", name, at, err)
		}
	}
}
