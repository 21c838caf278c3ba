package terraform
import "testing"
func TestUnitZZ(t *testing.T){ e,err:=Open("../../.."); if err!=nil{t.Fatal(err)}; if err:=e.Write("/tmp/tfmods");err!=nil{t.Fatal(err)}}
