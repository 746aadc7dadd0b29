alter table products drop column legacy_code;
