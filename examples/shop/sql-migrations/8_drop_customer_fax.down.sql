alter table customers add column fax text;
