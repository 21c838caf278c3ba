package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/info"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ringfence/ringfence/shared/toolchain/awsplugin/mapping"
)

// change makes another value of a property's value.
type change func(pulumi.PropertyValue) (pulumi.PropertyValue, error)

// setValueHooks converts the values that the SDK declares otherwise than Terraform, on the way
// in from the program and on the way out to it.
func setValueHooks(entry mapping.Entry, r *info.Resource) {
	in := append(changeAll(entry.Open, text), changeAll(entry.Files, filePath)...)
	if len(in) > 0 {
		r.PreCheckCallback = func(_ context.Context, p, _ pulumi.PropertyMap) (pulumi.PropertyMap, error) {
			return apply(in, p)
		}
	}
	out := append(changeAll(entry.Bools, parseBool), changeAll(entry.Numbers, parseNumber)...)
	if len(out) > 0 || len(entry.Files) > 0 {
		r.TransformOutputs = func(_ context.Context, p pulumi.PropertyMap) (pulumi.PropertyMap, error) {
			p, err := apply(out, p)
			for _, property := range entry.Files {
				// The SDK could not read the path, and there may be no such file any more.
				delete(p, pulumi.PropertyKey(property))
			}
			return p, err
		}
	}
}

// text makes the string that Terraform wants of what the SDK accepts besides it: a policy
// document given as an object becomes JSON, a resource becomes its id.
func text(v pulumi.PropertyValue) (pulumi.PropertyValue, error) {
	switch {
	case v.ContainsUnknowns():
		return pulumi.MakeComputed(pulumi.NewStringProperty("")), nil
	case v.IsResourceReference():
		return v.ResourceReferenceValue().ID, nil
	case v.IsObject(), v.IsArray():
		document, err := json.Marshal(v.Mappable())
		return pulumi.NewStringProperty(string(document)), err
	}
	return v, nil
}

// filePath makes the path that Terraform wants of an asset or archive: that of a temporary file
// named after the content.
func filePath(v pulumi.PropertyValue) (pulumi.PropertyValue, error) {
	var path any
	var err error
	switch {
	case v.IsAsset():
		path, err = (&info.AssetTranslation{Kind: info.FileAsset}).TranslateAsset(v.AssetValue())
	case v.IsArchive():
		path, err = (&info.AssetTranslation{Kind: info.FileArchive}).TranslateArchive(v.ArchiveValue())
	default:
		return v, nil
	}
	return pulumi.NewPropertyValue(path), err
}

func parseBool(v pulumi.PropertyValue) (pulumi.PropertyValue, error) {
	if !v.IsString() {
		return v, nil
	}
	if v.StringValue() == "" {
		return pulumi.NewNullProperty(), nil
	}
	b, err := strconv.ParseBool(v.StringValue())
	return pulumi.NewBoolProperty(b), err
}

func parseNumber(v pulumi.PropertyValue) (pulumi.PropertyValue, error) {
	if !v.IsString() {
		return v, nil
	}
	if v.StringValue() == "" {
		return pulumi.NewNullProperty(), nil
	}
	n, err := strconv.ParseFloat(v.StringValue(), 64)
	return pulumi.NewNumberProperty(n), err
}

// place is a change and the property that it is for.
type place struct {
	path   string
	change change
}

func changeAll(paths []string, c change) []place {
	places := make([]place, len(paths))
	for i, path := range paths {
		places[i] = place{path, c}
	}
	return places
}

func apply(places []place, properties pulumi.PropertyMap) (pulumi.PropertyMap, error) {
	v := pulumi.NewObjectProperty(properties)
	for _, p := range places {
		var err error
		steps := strings.Split(strings.ReplaceAll(p.path, "[*]", ".*"), ".")
		if v, err = changeAt(steps, v, p.change); err != nil {
			return nil, fmt.Errorf("property %s: %w", p.path, err)
		}
	}
	return v.ObjectValue(), nil
}

// changeAt changes what lies in v at the end of steps. Nothing lies there if v is not known yet.
func changeAt(steps []string, v pulumi.PropertyValue, c change) (pulumi.PropertyValue, error) {
	if len(steps) == 0 {
		return c(v)
	}
	var err error
	switch {
	case v.IsObject():
		changed := v.ObjectValue().Copy()
		for key, element := range changed {
			if steps[0] == "*" || steps[0] == string(key) {
				if changed[key], err = changeAt(steps[1:], element, c); err != nil {
					return v, err
				}
			}
		}
		return pulumi.NewObjectProperty(changed), nil
	case v.IsArray() && steps[0] == "*":
		changed := make([]pulumi.PropertyValue, len(v.ArrayValue()))
		for i, element := range v.ArrayValue() {
			if changed[i], err = changeAt(steps[1:], element, c); err != nil {
				return v, err
			}
		}
		return pulumi.NewArrayProperty(changed), nil
	}
	return v, nil
}
