package evidence

func (r *Report) page() ([]byte, error) { return []byte("<!doctype html>\n"), nil }
