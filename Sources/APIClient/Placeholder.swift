// Made when its first file is written.
