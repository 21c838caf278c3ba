package tfprovider

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/vendored/tfplugin5"
)

func each[From, To any](list []From, f func(From) To) []To {
	translated := make([]To, len(list))
	for i, element := range list {
		translated[i] = f(element)
	}
	return translated
}

func toChild(v *tfprotov6.DynamicValue) *tfplugin5.DynamicValue {
	if v == nil {
		return nil
	}
	return &tfplugin5.DynamicValue{Msgpack: v.MsgPack, Json: v.JSON}
}

func fromChild(v *tfplugin5.DynamicValue) *tfprotov6.DynamicValue {
	if v == nil {
		return nil
	}
	return &tfprotov6.DynamicValue{MsgPack: v.Msgpack, JSON: v.Json}
}

func importedResource(r *tfplugin5.ImportResourceState_ImportedResource) *tfprotov6.ImportedResource {
	return &tfprotov6.ImportedResource{
		TypeName: r.TypeName,
		State:    fromChild(r.State),
		Private:  r.Private,
	}
}

func diagnostics(list []*tfplugin5.Diagnostic) []*tfprotov6.Diagnostic {
	return each(list, func(d *tfplugin5.Diagnostic) *tfprotov6.Diagnostic {
		return &tfprotov6.Diagnostic{
			Severity:  tfprotov6.DiagnosticSeverity(d.Severity),
			Summary:   d.Summary,
			Detail:    d.Detail,
			Attribute: attributePath(d.Attribute),
		}
	})
}

func attributePath(p *tfplugin5.AttributePath) *tftypes.AttributePath {
	if p == nil {
		return nil
	}
	return tftypes.NewAttributePathWithSteps(each(p.Steps, attributePathStep))
}

func attributePathStep(s *tfplugin5.AttributePath_Step) tftypes.AttributePathStep {
	switch s := s.Selector.(type) {
	case *tfplugin5.AttributePath_Step_AttributeName:
		return tftypes.AttributeName(s.AttributeName)
	case *tfplugin5.AttributePath_Step_ElementKeyInt:
		return tftypes.ElementKeyInt(s.ElementKeyInt)
	case *tfplugin5.AttributePath_Step_ElementKeyString:
		return tftypes.ElementKeyString(s.ElementKeyString)
	default:
		panic(fmt.Sprintf("attribute path step of unknown kind %T", s))
	}
}
