package data

import (
	"testing"

	"github.com/ringfence/ringfence/shared/conformance"
	"github.com/ringfence/ringfence/shared/contract"
)

var suite = conformance.Suite{Program: Stack, Contract: contract.Data{}}

func TestUnitConformance(t *testing.T) { conformance.Run(t, suite) }
