// Package session ties a local state to the memory of the emulator it
// describes.
//
// The emulator forgets everything when it stops or is reset, Pulumi's state
// does not. So the first deployment leaves one random mark on both sides: an
// SSM parameter in the emulator and a file beside the state. Only where both
// agree does the state describe what is there.
package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Emulator stores the mark of each environment.
type Emulator interface {
	// Mark returns the mark under this name, or "" when there is none.
	Mark(ctx context.Context, name string) (string, error)
	SetMark(ctx context.Context, name, mark string) error
	RemoveMark(ctx context.Context, name string) error
}

// Session is the pair of marks of one environment.
type Session struct {
	// Name is the name of the Pulumi stacks, such as local.
	Name string
	// Folder holds the state, and the mark beside it.
	Folder string
	// Emulator is where the other mark is.
	Emulator Emulator
}

// Finding says how the state and the emulator go together.
type Finding int

// The findings.
const (
	// New: there is no state, and the emulator does not know the environment.
	New Finding = iota
	// Current: the state describes what is in the emulator.
	Current
	// Stale: there is a state, but the emulator has forgotten it.
	Stale
	// Foreign: the emulator holds the environment, deployed by somebody else.
	Foreign
)

// Check compares the two marks. hasState tells whether the folder holds any
// stack at all.
func (s Session) Check(ctx context.Context, hasState bool) (Finding, error) {
	there, err := s.Emulator.Mark(ctx, s.Name)
	if err != nil {
		return New, err
	}
	here, err := s.mark()
	if err != nil {
		return New, err
	}
	switch {
	case there != "" && there == here:
		return Current, nil
	case there != "":
		return Foreign, nil
	case hasState:
		return Stale, nil
	default:
		return New, nil
	}
}

// Begin puts a new mark on both sides, first beside the state: should the
// second step fail, the next Check finds nothing or a stale state, never a
// foreign one.
func (s Session) Begin(ctx context.Context) error {
	mark := rand.Text()
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(s.file(), []byte(mark+"\n"), 0o600); err != nil {
		return err
	}
	return s.Emulator.SetMark(ctx, s.Name, mark)
}

// End removes the state folder and the mark in the emulator. Call it when the
// state holds no stack any more.
func (s Session) End(ctx context.Context) error {
	if err := s.Emulator.RemoveMark(ctx, s.Name); err != nil {
		return err
	}
	return os.RemoveAll(s.Folder)
}

// SetAside moves the state out of the way and returns where it went. Only the
// newest is kept.
func (s Session) SetAside() (string, error) {
	aside := filepath.Clean(s.Folder) + ".stale"
	if err := os.RemoveAll(aside); err != nil {
		return "", err
	}
	return aside, os.Rename(s.Folder, aside)
}

func (s Session) file() string { return filepath.Join(s.Folder, "session") }

func (s Session) mark() (string, error) {
	content, err := os.ReadFile(s.file())
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the mark beside the state: %w", err)
	}
	return strings.TrimSpace(string(content)), nil
}
