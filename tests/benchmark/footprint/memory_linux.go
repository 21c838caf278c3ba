package footprint

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// interval is how often the memory is looked at.
const interval = 50 * time.Millisecond

// growth is by how much the resident memory must exceed what it was, for the true
// sum to be taken anew. The kernel walks every page for that, some 30 ms of processor
// time for a whole estate: at each look it would weigh on what is measured.
const growth = 1.03

// watch looks at the memory of all processes below root until it is asked for the
// greatest sum, in bytes.
func watch(root int) (peak func() int64) {
	stop, done := make(chan struct{}), make(chan int64)
	go func() {
		var greatest, resident int64
		ticks := time.NewTicker(interval)
		defer ticks.Stop()
		for {
			select {
			case <-stop:
				done <- greatest
				return
			case <-ticks.C:
			}
			all := below(root)
			// What is resident is never less than what counts.
			if now := sum(all, residentBytes); float64(now) > growth*float64(resident) {
				resident = now
				greatest = max(greatest, sum(all, proportionalBytes))
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-done
	}
}

func sum(all []process, of func(pid int) int64) int64 {
	var total int64
	for _, p := range all {
		total += of(p.pid)
	}
	return total
}

// residentBytes and proportionalBytes are 0 for a process that has ended.

func residentBytes(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var size, resident int64
	fmt.Sscan(string(text), &size, &resident)
	return resident * int64(os.Getpagesize())
}

func proportionalBytes(pid int) int64 {
	file, err := os.Open(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var kibibytes int64
		if n, _ := fmt.Sscanf(lines.Text(), "Pss: %d kB", &kibibytes); n == 1 {
			return kibibytes << 10
		}
	}
	return 0
}

// process is a running process.
type process struct {
	pid, parent int
	name        string
}

// below lists the processes that descend from root.
func below(root int) []process {
	folders, _ := filepath.Glob("/proc/[0-9]*")
	children := map[int][]process{}
	for _, folder := range folders {
		text, err := os.ReadFile(folder + "/stat")
		if err != nil {
			continue
		}
		if p, ok := parse(text); ok {
			children[p.parent] = append(children[p.parent], p)
		}
	}
	all := children[root]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i].pid]...)
	}
	return all
}

// parse reads /proc/PID/stat: "PID (name) state parent …". The name may hold
// anything, parentheses too.
func parse(stat []byte) (process, bool) {
	open, end := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 1 || end < open {
		return process{}, false
	}
	fields := bytes.Fields(stat[end+1:])
	if len(fields) < 2 {
		return process{}, false
	}
	pid, err := strconv.Atoi(string(bytes.TrimSpace(stat[:open])))
	if err != nil {
		return process{}, false
	}
	parent, err := strconv.Atoi(string(fields[1]))
	return process{pid: pid, parent: parent, name: string(stat[open+1 : end])}, err == nil
}
