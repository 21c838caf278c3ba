package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// campaign is a row of trials.
type campaign struct {
	root          string
	seed          uint64
	first, trials int
	// lanes is how many trials are done side by side.
	lanes   int
	only    string
	records string

	mu sync.Mutex
}

// run does the trials in lanes side by side. Every second one works on the whole
// estate, which stands all the time, the others bring a part of it up and take it
// down. A lane has a checkout, an emulator and a proxy of its own.
func (c *campaign) run(ctx context.Context) error {
	commit, err := commitOf(c.root)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(c.records), 0o700); err != nil {
		return err
	}
	failures := make(chan error, c.lanes)
	for i := range c.lanes {
		go func() { failures <- c.lane(ctx, i, commit) }()
	}
	for range c.lanes {
		err = errors.Join(err, <-failures)
	}
	return err
}

// lane does one trial in as many as there are lanes.
func (c *campaign) lane(ctx context.Context, index int, commit string) error {
	whole := index%2 == 0 && c.only != lostCreation
	l, err := openLane(ctx, c.root, whole)
	if err != nil {
		return err
	}
	defer l.close()
	if whole {
		say("whole estate: bringing it up (some minutes)")
		if err := l.build(ctx); err != nil {
			return err
		}
	}
	for n := c.first + index; n < c.first+c.trials; n += c.lanes {
		t := l.draw(c.seed, n, c.only)
		if err := t.run(ctx); err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		t.Commit = commit
		say("%s", t.line())
		if err := c.record(t.Record); err != nil {
			return err
		}
		if !t.Converged {
			if err := l.anew(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *campaign) record(r Record) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	file, err := os.OpenFile(c.records, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return err
}

// readRecords reads all trials on record.
func readRecords(file string) ([]Record, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the trials on record: %w", err)
	}
	var records []Record
	for line := range strings.Lines(string(text)) {
		var r Record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		records = append(records, r)
	}
	return records, nil
}

// commitOf names what is tried: the commit, marked where the checkout differs.
func commitOf(root string) (string, error) {
	out, err := exec.Command("git", "-C", root, "describe", "--always", "--dirty", "--exclude=*", "--abbrev=9").Output()
	if err != nil {
		return "", fmt.Errorf("asking git for the commit: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}
