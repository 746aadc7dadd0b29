alter table customers drop column token;
